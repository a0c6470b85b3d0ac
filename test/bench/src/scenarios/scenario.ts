/** What a scenario is, and the ground that many of them stand on. */
import type { Figures } from '../figures.js';
import type { Database, Ground } from '../ground.js';
import type { Target } from '../options.js';
import type { NoOpParticipant, Running } from '../processes.js';
import type { Settings } from '../settings.js';

export interface Bench {
  readonly ground: Ground;
  readonly settings: Settings;
  readonly figures: Figures;
  readonly target: Target | null;
  /** One line of progress. */
  say(line: string): void;
}

export interface Scenario {
  /** Its figures begin with it. */
  readonly name: string;
  readonly title: string;
  run(bench: Bench): Promise<void>;
}

/** The load at which most is measured; the bars are set there. */
export const FULL_LOAD = 64;

export interface Plain {
  readonly database: Database;
  readonly participant: NoOpParticipant;
  readonly coordinator: Running;
}

/** One coordinator in its shipped configuration on an empty database, and participants that do nothing (`noop`) or refuse (`refuser`). */
export async function plainGround({ ground }: Bench): Promise<Plain> {
  const database = await ground.database();
  const participant = await ground.noOpParticipant();
  const coordinator = await ground.coordinator(database.url, noOpNames(participant));
  return { database, participant, coordinator };
}

export function noOpNames({ baseUrl }: Running): Readonly<Record<string, string>> {
  return { noop: baseUrl, refuser: baseUrl };
}
