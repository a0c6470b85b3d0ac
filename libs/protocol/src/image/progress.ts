/** The JSON of column `progress`: its shape, and how one leg is written and read. Short, but meant to be read by a person with a SQL prompt. */
import { freshLeg } from '../model/legs.js';
import type { Refusal } from '../model/outcome.js';
import type { Leg, LegState, Sent } from '../model/transaction.js';

/** One leg. Absent numbers are 0; `calls` is absent when it equals `attempts`. */
export interface LegJson {
  readonly is: LegState['kind'];
  readonly attempts?: number;
  readonly calls?: number;
  readonly by?: 'hand' | 'initiator';
  /** JSON text, as answered. */
  readonly result?: string;
  readonly code?: string;
  readonly message?: string;
  readonly sinceMs?: number;
  readonly notBeforeMs?: number;
}

export interface BranchJson {
  readonly forward?: LegJson;
  readonly end?: LegJson;
  readonly notices?: readonly LegJson[];
  readonly released?: true;
}

export interface ProgressJson {
  /** Ids inside the horizon beyond those that the definition puts there. */
  readonly horizon?: readonly string[];
  readonly decision?: { readonly atMs: number; readonly reason?: Refusal & { readonly branch?: string } };
  readonly paused?: { readonly by: string; readonly atMs: number };
  readonly check?: LegJson;
  readonly branches?: Readonly<Record<string, BranchJson>>;
}

export function writeLeg({ state, attempts, calls }: Leg): LegJson {
  return {
    is: state.kind,
    ...(attempts === 0 ? {} : { attempts }),
    ...(calls === attempts ? {} : { calls }),
    ...writeState(state),
  };
}

function writeState(state: LegState): Partial<LegJson> {
  switch (state.kind) {
    case 'open':
    case 'skipped':
      return {};
    case 'retrying':
      return { ...state.problem, sinceMs: state.sinceMs, notBeforeMs: state.notBeforeMs };
    case 'pending':
      return { sinceMs: state.sinceMs, notBeforeMs: state.notBeforeMs };
    case 'parked':
      return { ...state.problem, sinceMs: state.sinceMs };
    case 'succeeded':
      return { ...(state.by === 'answer' ? {} : { by: state.by }), ...(state.result === undefined ? {} : { result: state.result }) };
    case 'rejected':
      return { ...state.refusal };
    case 'failed':
      return { ...(state.by === 'hand' ? { by: 'hand' } : {}), ...state.refusal, sinceMs: state.sinceMs };
  }
}

/** `sentIfSilent`: what is known of a forward op that has never been called by anyone who told us. */
export function readLeg(json: LegJson, sentIfSilent: Sent): Leg {
  const attempts = json.attempts ?? 0;
  const calls = json.calls ?? attempts;
  return { ...freshLeg(calls > 0 ? 'yes' : sentIfSilent), state: readState(json), attempts, calls };
}

function readState(json: LegJson): LegState {
  const problem = { code: json.code ?? '', message: json.message ?? '' };
  const sinceMs = json.sinceMs ?? 0;
  const notBeforeMs = json.notBeforeMs ?? 0;
  switch (json.is) {
    case 'open':
    case 'skipped':
      return { kind: json.is };
    case 'retrying':
      return { kind: 'retrying', problem, sinceMs, notBeforeMs };
    case 'pending':
      return { kind: 'pending', sinceMs, notBeforeMs };
    case 'parked':
      return { kind: 'parked', problem, sinceMs };
    case 'succeeded':
      return { kind: 'succeeded', by: json.by ?? 'answer', ...(json.result === undefined ? {} : { result: json.result }) };
    case 'rejected':
      return { kind: 'rejected', refusal: problem };
    case 'failed':
      return { kind: 'failed', by: json.by === 'hand' ? 'hand' : 'answer', refusal: problem, sinceMs };
  }
}
