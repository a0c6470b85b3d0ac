/** The metrics that the engine's own reports make, in a registry of their own. What is read at a scrape is in `gauges.ts`. */
import type { BranchCall } from '@assent/engine';
import { type Outcome, patterns, type TransactionView } from '@assent/protocol';
import { collectDefaultMetrics, Registry } from 'prom-client';
import { alarmCodes, callMetrics, type MetricEntry, nodeMetrics, storeMetrics, transactionMetrics } from './catalogue.js';
import { type Series, SeriesHistogram } from './series-histogram.js';
import { Tally } from './tally.js';

/** Seconds. Calls on a local network take one to ten milliseconds; timeouts end at 0.3 to 30 s. */
const CALL_SECONDS = [0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30];
/** Seconds. From two durable waits to sagas that last for hours. */
const TRANSACTION_SECONDS = [0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30, 60, 300, 1_800, 7_200];
/** Seconds. One group commit: a third of a millisecond on a good disk; a lease is 5 s. */
const FLUSH_SECONDS = [0.0005, 0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5];
const FLUSH_ROWS = [0, 1, 2, 4, 8, 16, 32, 64, 128, 256, 512];

/** What the end of a transaction of one pattern and outcome adds to, found by one look. */
interface Ends {
  readonly duration: Series;
  readonly forward: Series;
  readonly end: Series;
}

export class EngineMetrics {
  readonly registry = new Registry();
  readonly #started: Tally;
  readonly #mixed: Tally;
  readonly #finished: Tally;
  readonly #takenUp: Tally;
  readonly #ignored: Tally;
  readonly #repeats: Tally;
  readonly #problems: Tally;
  readonly #alarms: Tally;
  readonly #durations: SeriesHistogram;
  readonly #phases: SeriesHistogram;
  readonly #calls: SeriesHistogram;
  readonly #flushSeconds: Series;
  readonly #flushRows: Series;
  /** By pattern and outcome: a handful. */
  readonly #ends = new Map<string, Ends>();

  constructor() {
    const tally = (of: MetricEntry) => this.#tally(of);
    this.#started = tally(transactionMetrics.started);
    this.#mixed = tally(transactionMetrics.mixed);
    this.#finished = tally(transactionMetrics.finished);
    this.#takenUp = tally(transactionMetrics.takenUp);
    this.#ignored = tally(transactionMetrics.ignored);
    this.#repeats = tally(callMetrics.repeats);
    this.#problems = tally(callMetrics.problems);
    this.#alarms = tally(nodeMetrics.alarms);
    for (const pattern of Object.keys(patterns)) this.#mixed.begin(pattern);
    for (const code of alarmCodes) this.#alarms.begin(code);
    for (const from of ['rest', 'dead_node', 'stopped_node']) this.#takenUp.begin(from);
    this.#ignored.begin('late_reply');
    this.#durations = this.#histogram(transactionMetrics.duration, TRANSACTION_SECONDS);
    this.#phases = this.#histogram(transactionMetrics.phase, TRANSACTION_SECONDS);
    this.#calls = this.#histogram(callMetrics.calls, CALL_SECONDS);
    this.#flushSeconds = this.#histogram(storeMetrics.flushSeconds, FLUSH_SECONDS).series();
    this.#flushRows = this.#histogram(storeMetrics.flushRows, FLUSH_ROWS).series();
  }

  started(pattern: string): void {
    this.#started.add(pattern);
  }

  /** `decidedAtMs`: `null` when the moment of the decision is not known; then only the whole is observed. */
  finished(view: TransactionView, decidedAtMs: number | null): void {
    const { pattern, status, createdAtMs, finishedAtMs } = view;
    this.#finished.add(pattern, status);
    if (view.mixed) this.#mixed.add(pattern);
    if (finishedAtMs === null) return;
    const ends = this.#endsOf(pattern, status);
    ends.duration.observe((finishedAtMs - createdAtMs) / 1_000);
    if (decidedAtMs === null) return;
    ends.forward.observe((decidedAtMs - createdAtMs) / 1_000);
    ends.end.observe(Math.max(0, finishedAtMs - decidedAtMs) / 1_000);
  }

  called(call: BranchCall, participant: string, outcome: Outcome, durationMs: number): void {
    this.#calls.series(participant, call.op, outcome.kind).observe(durationMs / 1_000);
    if (call.attempt > 1) this.#repeats.add(participant, call.op);
    if (outcome.kind === 'unknown') this.#problems.add(participant, outcome.code);
  }

  ignored(mark: string): void {
    this.#ignored.add(mark);
  }

  flushed(rows: number, durationMs: number): void {
    this.#flushRows.observe(rows);
    this.#flushSeconds.observe(durationMs / 1_000);
  }

  tookUp(from: string, count: number): void {
    this.#takenUp.addMany(count, [from]);
  }

  alarmed(code: string): void {
    this.#alarms.add(code);
  }

  /** CPU, memory, event loop and garbage collection of this process. */
  registerProcessMetrics(): void {
    collectDefaultMetrics({ register: this.registry });
  }

  #endsOf(pattern: string, outcome: string): Ends {
    const key = `${pattern}/${outcome}`;
    const known = this.#ends.get(key);
    if (known !== undefined) return known;
    const ends = {
      duration: this.#durations.series(pattern, outcome),
      forward: this.#phases.series(pattern, 'forward', outcome),
      end: this.#phases.series(pattern, 'end', outcome),
    };
    this.#ends.set(key, ends);
    return ends;
  }

  #tally({ name, help, labels }: MetricEntry): Tally {
    return new Tally({ name, help, labelNames: labels }, this.registry);
  }

  #histogram({ name, help, labels }: MetricEntry, bounds: readonly number[]): SeriesHistogram {
    const histogram = new SeriesHistogram({ name, help, labelNames: labels, bounds });
    histogram.registerIn(this.registry);
    return histogram;
  }
}
