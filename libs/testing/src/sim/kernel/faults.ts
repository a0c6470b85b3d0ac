/**
 * The faults of a run. Each class draws from a stream of its own; a seed switches whole classes off and draws how often the others strike (swarm
 * testing: A. Groce et al., "Swarm testing", ISSTA 2012), because faults that always come together hide each other's consequences.
 */
import type { Journal } from './journal.js';
import type { SimRandom } from './random.js';
import type { Timeline } from './timeline.js';

/** Class -> what it does, and how often: a probability for each occasion, or the mean time between two strikes in milliseconds. */
export const faultClasses = {
  deadlock: { does: 'the database gives a flush up (1213, 1205, full disk)', chance: 0.04 },
  'flush-lost': { does: 'a flush never arrives, its connection breaks', chance: 0.02 },
  'ack-lost': { does: 'a flush commits, its acknowledgement is lost', chance: 0.04 },
  'late-packet': { does: 'a connection breaks, and its packet arrives later', chance: 0.03 },
  'slow-store': { does: 'an operation of the database takes up to three seconds', chance: 0.01 },
  'read-error': { does: 'a read, a boot or a verdict fails, before or after it took effect', chance: 0.03 },
  'store-outage': { does: 'the database is away for up to four seconds', everyMs: 5_000 },
  'store-silence': { does: 'one node hears nothing of the database for up to five seconds', everyMs: 5_000 },
  'session-death': { does: 'all connections of one node to the database break', everyMs: 2_000 },
  'clock-jump': { does: 'the wall clock of the database jumps by up to three seconds', everyMs: 4_000 },
  'drop-request': { does: 'a call never arrives', chance: 0.05 },
  'drop-reply': { does: 'an answer never arrives', chance: 0.05 },
  duplicate: { does: 'a call arrives twice, the second time up to four seconds later', chance: 0.06 },
  hold: { does: 'a call is held up for up to six seconds', chance: 0.04 },
  reorder: { does: 'a call takes up to 200 ms longer than the next', chance: 0.2 },
  reset: { does: 'a connection breaks while a call is on it', chance: 0.04 },
  queue: { does: 'a call waits for a place before it may leave', chance: 0.15 },
  partition: { does: 'one node and one participant cannot reach each other, in one direction', everyMs: 3_000 },
  'api-loss': { does: 'a request of an initiator, or its answer, is lost', chance: 0.06 },
  'service-crash': { does: 'a participant is killed, and comes back', everyMs: 3_000 },
  'work-crash': { does: 'a participant is killed at a failpoint of the barrier', chance: 0.015 },
  'work-error': { does: 'the work of a branch fails', chance: 0.04 },
  'slow-work': { does: 'the work of a branch takes up to two seconds', chance: 0.06 },
  reject: { does: 'a branch refuses', chance: 0.06 },
  pending: { does: 'a branch answers that it is still working', chance: 0.08 },
  'contract-breach': { does: 'a branch refuses what it may not refuse', chance: 0.02 },
  'commit-failed': { does: 'the commit of a participant fails', chance: 0.02 },
  'commit-lost': { does: 'a participant commits, and does not learn it', chance: 0.03 },
  crash: { does: 'a coordinator is killed, and comes back', everyMs: 2_500 },
  'crash-point': { does: 'a coordinator is killed at a failpoint', chance: 0.012 },
  pause: { does: 'a coordinator is stopped for up to three leases', everyMs: 4_000 },
  'stop-point': { does: 'a coordinator is stopped at a failpoint', chance: 0.005 },
  'pause-in-flush': { does: 'a coordinator is stopped while a flush is in the air', chance: 0.01 },
  drain: { does: 'a coordinator shuts down in order, and comes back', everyMs: 4_000 },
  operator: {
    does: 'an operator pauses or resumes a participant, closes its breaker, or has everything called that waits for it',
    everyMs: 1_500,
  },
  replace: { does: 'a second process is started under the name of a coordinator that is stopped', everyMs: 6_000 },
  'by-hand': {
    does: 'a person intervenes in a transaction: settles what is parked, edits a payload, gives another policy, or aborts',
    chance: 0.3,
  },
} as const satisfies Record<string, { readonly does: string } & ({ readonly chance: number } | { readonly everyMs: number })>;

export type FaultClass = keyof typeof faultClasses;

export const faultNames = Object.keys(faultClasses) as readonly FaultClass[];

/** How much more or less often than usual a class strikes. */
const INTENSITIES = [0.4, 1, 1, 2.5];
/** The most any class strikes on one occasion: more would leave nothing to go right. */
const LARGEST_CHANCE = 0.4;

export class Faults {
  readonly injected = new Map<FaultClass, number>();
  private readonly streams = new Map<FaultClass, SimRandom>();
  private readonly intensities = new Map<FaultClass, number>();
  private isHealed = false;

  constructor(
    random: SimRandom,
    private readonly timeline: Timeline,
    private readonly journal: Journal,
    without: ReadonlySet<string>,
  ) {
    const share = random.between(0.15, 0.8);
    for (const name of faultNames) {
      const stream = random.fork(`fault ${name}`);
      const isOn = stream.chance(share);
      const intensity = stream.pick(INTENSITIES);
      this.streams.set(name, stream);
      if (isOn && !without.has(name)) this.intensities.set(name, intensity);
    }
  }

  /** The classes that are on. */
  get classes(): readonly FaultClass[] {
    return [...this.intensities.keys()];
  }

  isOn(name: FaultClass): boolean {
    return !this.isHealed && this.intensities.has(name);
  }

  /** Whether this class strikes on this occasion. */
  strikes(name: FaultClass): boolean {
    const kind = faultClasses[name];
    if (!this.isOn(name) || !('chance' in kind)) return false;
    const chance = Math.min(LARGEST_CHANCE, kind.chance * this.intensities.get(name)!);
    if (!this.streamOf(name).chance(chance)) return false;
    this.count(name);
    return true;
  }

  /** Lets a class strike again and again until everything heals. `strike` answers false when there was nothing to strike. */
  recur(name: FaultClass, strike: (random: SimRandom) => boolean): void {
    const kind = faultClasses[name];
    if (!this.isOn(name) || !('everyMs' in kind)) return;
    const meanMs = kind.everyMs / this.intensities.get(name)!;
    const next = () => {
      this.timeline.after(this.streamOf(name).between(0.1, 1.9) * meanMs, () => {
        if (!this.isOn(name)) return;
        if (strike(this.streamOf(name))) this.count(name);
        next();
      });
    };
    next();
  }

  /** How long or how much, for a class that has struck. */
  between(name: FaultClass, least: number, most: number): number {
    return this.streamOf(name).between(least, most);
  }

  streamOf(name: FaultClass): SimRandom {
    return this.streams.get(name)!;
  }

  /** From now on nothing goes wrong any more. */
  heal(): void {
    this.isHealed = true;
  }

  private count(name: FaultClass): void {
    this.injected.set(name, (this.injected.get(name) ?? 0) + 1);
    this.journal.note('fault', name);
  }
}
