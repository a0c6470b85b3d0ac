/** The network between coordinators and participants: it loses, repeats, delays and reorders, and it may be open in one direction only. */
import type { BranchCall } from '@assent/engine';
import type { Outcome } from '@assent/protocol';
import type { Faults, SimRandom, Timeline } from '../kernel/index.js';
import { type Service, unknown } from '../participant/index.js';

/** One way, in milliseconds. */
const LATENCY_MS = [0.3, 8] as const;
const REORDER_MS = [10, 200] as const;
const HOLD_MS = [500, 6_000] as const;
const AGAIN_MS = [1, 4_000] as const;

export class Network {
  /** `from>to` of those that do not get through. */
  private readonly cut = new Set<string>();

  constructor(
    private readonly timeline: Timeline,
    private readonly faults: Faults,
    private readonly random: SimRandom,
    private readonly services: ReadonlyMap<string, Service>,
  ) {}

  /** Cuts one direction for a while. */
  cutOff(from: string, to: string, forMs: number): void {
    const line = `${from}>${to}`;
    this.cut.add(line);
    this.timeline.after(forMs, () => this.cut.delete(line));
  }

  heal(): void {
    this.cut.clear();
  }

  /** Sends a call. `ends` is told of its answer, or that the connection broke; of a loss nobody is told. */
  send(from: string, call: BranchCall, to: string, ends: (outcome: Outcome) => void): void {
    const { faults } = this;
    const service = this.services.get(to);
    if (service === undefined) throw new Error(`there is no service ${to}`);
    if (faults.strikes('duplicate')) this.arrive(from, call, service, faults.between('duplicate', ...AGAIN_MS), () => undefined);
    if (faults.strikes('reset')) {
      this.timeline.after(this.latency(), () => ends(unknown('reset', 'the connection was reset')));
      if (faults.between('reset', 0, 1) < 0.5) return;
    }
    if (faults.strikes('drop-request')) return;
    this.arrive(from, call, service, this.latency(), ends);
  }

  private arrive(from: string, call: BranchCall, service: Service, afterMs: number, ends: (outcome: Outcome) => void): void {
    this.timeline.after(afterMs, () => {
      if (this.cut.has(`${from}>${service.name}`)) return;
      service.receive(call, (outcome) => {
        if (this.faults.strikes('drop-reply')) return;
        this.timeline.after(this.latency(), () => {
          if (!this.cut.has(`${service.name}>${from}`)) ends(outcome);
        });
      });
    });
  }

  private latency(): number {
    const { faults } = this;
    const usual = this.random.between(...LATENCY_MS);
    if (faults.strikes('hold')) return usual + faults.between('hold', ...HOLD_MS);
    return faults.strikes('reorder') ? usual + faults.between('reorder', ...REORDER_MS) : usual;
  }
}
