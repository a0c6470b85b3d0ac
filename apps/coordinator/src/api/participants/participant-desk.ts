/** What the routes about participants stand on. The composition root provides it, as a part of `Operations`. */
import type { DispatchState, ParticipantControl, ParticipantOrder, WaitingCount } from '@assent/engine';

/** One participant: as configuration names it, as operators have ordered, as this node sees it, and what waits for it in the whole store. */
export interface ParticipantSheet {
  readonly name: string;
  /** `null`: nothing of it is configured here; something of it was called, or waits, all the same. */
  readonly baseUrl: string | null;
  /** How many calls may be in the air at once; `null` where it is not configured. */
  readonly concurrency: number | null;
  readonly control: ParticipantControl | null;
  /** `null`: this node has not had anything to do with it. */
  readonly state: DispatchState | null;
  readonly inFlight: number;
  readonly queued: number;
  readonly waiting: readonly WaitingCount[];
}

export interface ParticipantSheets {
  /** Database time. */
  readonly asOfMs: number;
  /** Whose calls and breakers these are. */
  readonly node: string;
  /** By name. */
  readonly sheets: readonly ParticipantSheet[];
}

export interface ParticipantDesk {
  /** Everything that is configured, called, ordered about or waited for. Throws what the engine and the store throw. */
  read(): Promise<ParticipantSheets>;
  /** Keeps an order; durable, and in force at this node, when it resolves. */
  order(order: Omit<ParticipantOrder, 'atMs'>): Promise<void>;
}
