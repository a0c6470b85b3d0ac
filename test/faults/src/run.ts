/** Runs scenarios one after the other and says what became of each. */
import { Shops } from './campaign/index.js';
import type { Findings } from './findings.js';
import type { Scenario } from './scenarios/index.js';

export interface Result {
  readonly name: string;
  readonly title: string;
  readonly outcome: 'passed' | 'failed' | 'skipped';
  /** Sentences: what does not hold, or why it was skipped. */
  readonly remarks: readonly string[];
  /** All of it, start and stop of the processes included. */
  readonly seconds: number;
  readonly findings: Findings | null;
}

export type Say = (line: string) => void;

/** `scale` 1 is the whole of it. Never throws: a scenario that breaks down has failed. */
export async function runAll(chosen: readonly Scenario[], scale: number, say: Say): Promise<readonly Result[]> {
  const results: Result[] = [];
  const shops = new Shops(scale < 1 ? 'kept' : 'fresh each time');
  const startedAtMs = performance.now();
  for (const [index, scenario] of chosen.entries()) {
    say(`[${index + 1}/${chosen.length}, ${inMinutes(performance.now() - startedAtMs)}] ${scenario.name}: ${scenario.title}`);
    const result = await runOne(scenario, scale, shops);
    if (result.findings !== null) say(`  ${inOneLine(result.findings)}, ${result.seconds} s in all`);
    for (const remark of result.remarks) say(`  ${result.outcome === 'skipped' ? 'SKIPPED' : 'VIOLATION'} ${remark}`);
    results.push(result);
  }
  await shops.close();
  return results;
}

async function runOne(scenario: Scenario, scale: number, shops: Shops): Promise<Result> {
  const { name, title } = scenario;
  const startedAtMs = performance.now();
  const seconds = () => Math.round((performance.now() - startedAtMs) / 1_000);
  const unable = scenario.unable?.() ?? null;
  if (unable !== null) return { name, title, outcome: 'skipped', remarks: [unable], seconds: 0, findings: null };
  try {
    const findings = await scenario.run(scale, shops);
    const { violations } = findings.audit;
    return { name, title, outcome: violations.length === 0 ? 'passed' : 'failed', remarks: violations, seconds: seconds(), findings };
  } catch (error) {
    const detail = error instanceof Error ? (error.stack ?? error.message) : String(error);
    return {
      name,
      title,
      outcome: 'failed',
      remarks: [`the scenario could not be carried through: ${detail}`],
      seconds: seconds(),
      findings: null,
    };
  }
}

function inMinutes(ms: number): string {
  const seconds = Math.round(ms / 1_000);
  return `${Math.floor(seconds / 60)}:${String(seconds % 60).padStart(2, '0')}`;
}

function inOneLine({ audit, figures }: Findings): string {
  const { harms, recoveryMs, takeoverMs = {}, refusals, ...rest } = figures;
  const slowest = Object.entries(recoveryMs).map(([kind, times]) => [`slowest after ${kind} (ms)`, Math.max(...times)] as const);
  const takeovers = Object.entries(takeoverMs).map(([kind, times]) => [`slowest takeover after ${kind} (ms)`, Math.max(...times)] as const);
  const measured = Object.fromEntries([...slowest, ...takeovers]);
  const facts = { committed: audit.committed, aborted: audit.aborted, ...rest, ...harms, ...measured, ...refusals };
  return Object.entries(facts)
    .filter(([, value]) => value !== null)
    .map(([name, value]) => `${name} ${value}`)
    .join(', ');
}
