/** Puts together what is known of participants: configuration, orders, the engine's view, the transport's load, and what waits in the store. */
import type {
  DispatchState,
  ParticipantControl,
  ParticipantControlStore,
  ParticipantOperations,
  ParticipantOrder,
  WaitingCount,
} from '@assent/engine';
import type { ParticipantDesk, ParticipantSheet, ParticipantSheets } from '../api/index.js';
import type { ConfiguredParticipant } from '../configuration/index.js';

/** A participant, or an origin of free URLs, that may be called. */
export interface Callable {
  /** As the engine and the table `attention` name it. */
  readonly name: string;
  /** As the transport names it. */
  readonly loadName: string;
  readonly baseUrl: string;
  readonly concurrency: number;
}

export interface DeskPorts {
  readonly node: string;
  readonly callable: readonly Callable[];
  readonly engine: ParticipantOperations;
  readonly store: ParticipantControlStore;
  readonly loads: () => ReadonlyMap<string, { readonly inFlight: number; readonly queued: number }>;
  readonly monotonicMs: () => number;
}

/** Everything that configuration permits to call. Calls to free URLs are counted by host and port. */
export function callableOf(participants: readonly ConfiguredParticipant[], origins: readonly ConfiguredParticipant[]): readonly Callable[] {
  const named = participants.map(({ name, baseUrl, concurrency }) => ({ name, loadName: name, baseUrl, concurrency }));
  const free = origins.map(({ name, baseUrl, concurrency }) => ({ name: new URL(baseUrl).host, loadName: name, baseUrl, concurrency }));
  return [...named, ...free];
}

/** Counting looks at everything that waits: one count serves whoever asks within this time, in milliseconds. */
const COUNTED_FOR_MS = 1_000;
const NO_LOAD = { inFlight: 0, queued: 0 };

export class RuntimeParticipantDesk implements ParticipantDesk {
  private counted: { readonly atMs: number; readonly counts: Promise<readonly WaitingCount[]> } | null = null;

  constructor(private readonly ports: DeskPorts) {}

  async read(): Promise<ParticipantSheets> {
    const { node, engine, store } = this.ports;
    const { nowMs, states } = engine.participants();
    const [controls, counts] = await Promise.all([store.readControls(), this.countWaiting()]);
    return { asOfMs: nowMs, node, sheets: this.sheetsOf(states, controls, counts) };
  }

  async order(order: Omit<ParticipantOrder, 'atMs'>): Promise<void> {
    await this.ports.engine.orderParticipant(order);
  }

  private sheetsOf(
    states: readonly DispatchState[],
    controls: readonly ParticipantControl[],
    counts: readonly WaitingCount[],
  ): readonly ParticipantSheet[] {
    const { callable } = this.ports;
    const loads = this.ports.loads();
    const named = [callable, controls].flatMap((list) => list.map(({ name }) => name));
    const names = new Set([...named, ...[...states, ...counts].map(({ participant }) => participant)]);
    return [...names].toSorted().map((name) => {
      const known = callable.find((one) => one.name === name);
      const load = (known === undefined ? undefined : loads.get(known.loadName)) ?? NO_LOAD;
      return {
        name,
        baseUrl: known?.baseUrl ?? null,
        concurrency: known?.concurrency ?? null,
        control: controls.find((control) => control.name === name) ?? null,
        state: states.find((state) => state.participant === name) ?? null,
        inFlight: load.inFlight,
        queued: load.queued,
        waiting: counts.filter(({ participant }) => participant === name),
      };
    });
  }

  private countWaiting(): Promise<readonly WaitingCount[]> {
    const nowMs = this.ports.monotonicMs();
    if (this.counted !== null && nowMs - this.counted.atMs < COUNTED_FOR_MS) return this.counted.counts;
    const counts = this.ports.store.countWaiting();
    this.counted = { atMs: nowMs, counts };
    // A count that failed is not kept for those who come later.
    counts.catch(() => {
      this.counted = null;
    });
    return counts;
  }
}
