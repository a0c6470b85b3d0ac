/**
 * The metrics of a coordinator, in a registry of their own. No gid, branch or business code is ever a label: their number has no bound. The
 * outcome of calls, patterns, participants and our own codes are.
 */
import type { BranchCall, EngineState } from '@assent/engine';
import type { Outcome, TransactionView } from '@assent/protocol';
import { collectDefaultMetrics, Gauge, Registry } from 'prom-client';
import { SeriesHistogram } from './series-histogram.js';
import { Tally } from './tally.js';

/** Calls in the air and calls that wait for a place, by participant. */
export type ParticipantLoads = ReadonlyMap<string, { readonly inFlight: number; readonly queued: number }>;

/** Seconds. Calls on a local network take one to ten milliseconds; timeouts end at 0.3 to 30 s. */
const CALL_SECONDS = [0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30];
/** Seconds. From two durable waits to sagas that last for hours. */
const TRANSACTION_SECONDS = [0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30, 60, 300, 1_800, 7_200];
/** Seconds. One group commit: a third of a millisecond on a good disk; a lease is 5 s. */
const FLUSH_SECONDS = [0.0005, 0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5];
const FLUSH_ROWS = [0, 1, 2, 4, 8, 16, 32, 64, 128, 256, 512];

export class EngineMetrics {
  readonly registry = new Registry();
  readonly #started: Tally;
  readonly #mixed: Tally;
  readonly #finished: Tally;
  readonly #problems: Tally;
  readonly #ignored: Tally;
  readonly #alarms: Tally;
  readonly #durations = new SeriesHistogram({
    name: 'assent_transaction_duration_seconds',
    help: 'From acceptance to the end of a transaction',
    labelNames: ['pattern', 'outcome'],
    bounds: TRANSACTION_SECONDS,
  });
  readonly #calls = new SeriesHistogram({
    name: 'assent_branch_call_duration_seconds',
    help: 'One call of a branch, without the time it waited for a place',
    labelNames: ['participant', 'op', 'outcome'],
    bounds: CALL_SECONDS,
  });
  readonly #flushSeconds = new SeriesHistogram({
    name: 'assent_flush_duration_seconds',
    help: 'One group commit',
    labelNames: [],
    bounds: FLUSH_SECONDS,
  });
  readonly #flushRows = new SeriesHistogram({
    name: 'assent_flush_rows',
    help: 'Rows of one group commit',
    labelNames: [],
    bounds: FLUSH_ROWS,
  });

  constructor() {
    const tally = (name: string, help: string, ...labelNames: string[]) => new Tally({ name, help, labelNames }, this.registry);
    this.#started = tally('assent_transactions_started_total', 'Transactions accepted', 'pattern');
    this.#finished = tally('assent_transactions_finished_total', 'Transactions that became final', 'pattern', 'outcome');
    this.#mixed = tally('assent_transactions_mixed_total', 'Transactions that ended with a branch failed or resolved by hand', 'pattern');
    this.#problems = tally('assent_branch_call_problems_total', 'Calls whose outcome is unknown, by reason', 'participant', 'code');
    this.#ignored = tally('assent_events_ignored_total', 'Events that changed nothing: late replies and the like', 'mark');
    this.#alarms = tally('assent_alarms_total', 'What an operator must know', 'code');
    for (const histogram of [this.#durations, this.#calls, this.#flushSeconds, this.#flushRows]) histogram.registerIn(this.registry);
  }

  started(pattern: string): void {
    this.#started.add(pattern);
  }

  finished(view: TransactionView): void {
    this.#finished.add(view.pattern, view.status);
    if (view.mixed) this.#mixed.add(view.pattern);
    if (view.finishedAtMs !== null)
      this.#durations.series(view.pattern, view.status).observe((view.finishedAtMs - view.createdAtMs) / 1_000);
  }

  called(call: BranchCall, participant: string, outcome: Outcome, durationMs: number): void {
    this.#calls.series(participant, call.op, outcome.kind).observe(durationMs / 1_000);
    if (outcome.kind === 'unknown') this.#problems.add(participant, outcome.code);
  }

  ignored(mark: string): void {
    this.#ignored.add(mark);
  }

  flushed(rows: number, durationMs: number): void {
    this.#flushRows.series().observe(rows);
    this.#flushSeconds.series().observe(durationMs / 1_000);
  }

  alarmed(code: string): void {
    this.#alarms.add(code);
  }

  /** Shows the engine's present state whenever the registry is scraped. */
  registerEngineGauges(stateNow: () => EngineState): void {
    const gauge = (name: string, help: string, read: (state: EngineState) => number) => this.#gauge(name, help, () => read(stateNow()));
    gauge('assent_ready', '1 when this node accepts transactions', (state) => (state.ready ? 1 : 0));
    gauge('assent_transactions_in_memory', 'Transactions this node drives now', (state) => state.inMemory);
    gauge('assent_flush_queue_rows', 'Rows that wait for a group commit', (state) => state.queueRows);
    gauge('assent_branch_calls_in_air', 'Calls that have left and have not ended', (state) => state.callsInAir);
    gauge('assent_waiters', 'Requests that wait for a transaction to be decided or final', (state) => state.waiters);
  }

  /** Shows the load of every participant whenever the registry is scraped. */
  registerParticipantGauges(loadsNow: () => ParticipantLoads): void {
    const gauge = (name: string, help: string, key: 'inFlight' | 'queued') =>
      new Gauge({
        name,
        help,
        labelNames: ['participant'],
        registers: [this.registry],
        collect() {
          for (const [participant, load] of loadsNow()) this.set({ participant }, load[key]);
        },
      });
    gauge('assent_participant_calls_in_flight', 'Calls that occupy a place under the concurrency limit of the participant', 'inFlight');
    gauge('assent_participant_calls_queued', 'Calls that wait for a place', 'queued');
  }

  /** CPU, memory, event loop and garbage collection of this process. */
  registerProcessMetrics(): void {
    collectDefaultMetrics({ register: this.registry });
  }

  #gauge(name: string, help: string, read: () => number): void {
    new Gauge({
      name,
      help,
      registers: [this.registry],
      collect() {
        this.set(read());
      },
    });
  }
}
