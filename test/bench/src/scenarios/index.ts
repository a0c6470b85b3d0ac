/** All scenarios, in the order in which they run. */
import { atRest } from './at-rest.js';
import { checkout } from './checkout.js';
import { drain } from './drain.js';
import { growth } from './growth.js';
import { latency } from './latency.js';
import { memory } from './memory.js';
import { nats } from './nats.js';
import { open } from './open.js';
import { aborting, tcc } from './patterns.js';
import { raw } from './raw.js';
import { saga } from './saga.js';
import type { Scenario } from './scenario.js';
import { secured } from './secured.js';
import { sqlite } from './sqlite.js';
import { takeover } from './takeover.js';
import { target } from './target.js';
import { twoNodes } from './two-nodes.js';

export type { Bench, Scenario } from './scenario.js';

export const scenarios: readonly Scenario[] = [
  saga,
  target,
  latency,
  open,
  tcc,
  aborting,
  secured,
  checkout,
  drain,
  atRest,
  growth,
  sqlite,
  nats,
  twoNodes,
  takeover,
  memory,
  raw,
];

/** Those that are named; of none, all that can run: `target` needs a server to measure. Throws an Error that names what there is not. */
export function chosenScenarios(names: readonly string[], hasTarget: boolean): readonly Scenario[] {
  const unknown = names.filter((name) => scenarios.every((scenario) => scenario.name !== name));
  if (unknown.length > 0) throw new Error(`There is no scenario ${unknown.join(', ')}; --list names them.`);
  if (names.length > 0) return scenarios.filter(({ name }) => names.includes(name));
  return scenarios.filter(({ name }) => name !== target.name || hasTarget);
}
