/**
 * A whole installation in one process and out of one seed: coordinators, their database, participants, initiators, a network, and everything that
 * can go wrong. First anything may fail; then all is healed, and whatever nobody has to decide must come to its end.
 */
import { defaultBreakerPolicy, type EngineOptions } from '@assent/engine';
import { Network, SimNode } from './coordinator/index.js';
import { type OpenBackend, SimDatabase } from './database/index.js';
import {
  Api,
  type AttendantContext,
  Initiator,
  type JudgeSeal,
  policies,
  RequestMaker,
  type Shelves,
  shortestRetryMs,
} from './initiator/index.js';
import { Faults, Journal, Marks, SimRandom, Timeline } from './kernel/index.js';
import { LocalDatabase, Service, Stock } from './participant/index.js';
import { ByHand, CallLedger, Durable, Effects, Fences, Findings, Pauses, Payloads, Promises } from './truth/index.js';

export interface WorldOptions {
  readonly seed: number;
  /** Fault classes that are off whatever the seed says. */
  readonly without: readonly string[];
  /** `null`: as the seed says. */
  readonly transactions: number | null;
  readonly troubleMs: number | null;
  readonly journal: 'digest' | 'text';
  readonly openBackend: OpenBackend;
  /** How the administration of a coordinator takes a participant's answer to a seal. */
  readonly judgeSeal: JudgeSeal;
}

/** What a seed says about the size of its world. */
interface Size {
  readonly nodes: number;
  readonly transactions: number;
  readonly troubleMs: number;
  readonly losesCommits: boolean;
}

const LEASE_MS = 2_000;
/** One world in so many loses commits: then nothing is asked of it but that it notices. */
const LOST_COMMITS_SHARE = 0.03;
const MOST_CALLS = 500;
/** A node reads the database's clock to the time that a flush takes. */
const SLOWEST_STORE_MS = 3_500;
/** An order to pause that was given before everything healed may arrive as late as this. In milliseconds. */
const LATEST_ORDER_MS = 5_000;
const shelves: Shelves = new Map([
  ['inventory', ['sku-1', 'sku-2']],
  ['payment', ['wallet-1', 'wallet-2']],
  ['shipping', ['trucks']],
]);

export class World {
  readonly timeline = new Timeline();
  readonly marks = new Marks();
  readonly journal: Journal;
  readonly findings: Findings;
  readonly faults: Faults;
  readonly fences: Fences;
  readonly durable: Durable;
  readonly ledger: CallLedger;
  readonly effects: Effects;
  readonly promises: Promises;
  readonly pauses: Pauses;
  readonly byHand: ByHand;
  readonly payloads: Payloads;
  readonly database: SimDatabase;
  readonly services = new Map<string, Service>();
  readonly stock: Stock;
  readonly network: Network;
  readonly nodes: readonly SimNode[];
  readonly size: Size;
  private readonly random: SimRandom;
  private readonly judgeSeal: JudgeSeal;
  private initiatorsAtWork = 0;

  constructor(options: WorldOptions) {
    this.random = new SimRandom(options.seed);
    this.judgeSeal = options.judgeSeal;
    this.size = sizeOf(this.random.fork('size'), options);
    const nowMs = () => this.timeline.nowMs;
    this.journal = new Journal(nowMs, options.journal);
    this.findings = new Findings(nowMs, this.journal);
    this.faults = new Faults(this.random, this.timeline, this.journal, new Set(options.without));
    this.fences = new Fences(this.findings);
    this.durable = new Durable(policies, this.fences, this.findings, this.marks);
    this.ledger = new CallLedger(this.durable, this.findings, this.isTimeSteady ? () => this.database.nowMs() : null);
    this.effects = new Effects(this.durable, this.findings);
    this.pauses = new Pauses(this.findings);
    this.promises = new Promises(this.durable, this.findings);
    this.byHand = new ByHand(this.durable, this.findings);
    this.payloads = new Payloads(this.durable, this.findings);
    const { timeline, fences, durable, journal, marks, ledger, byHand } = this;
    this.database = new SimDatabase(timeline, options.openBackend, fences, durable, journal, marks, policies, ledger, byHand);
    this.stock = new Stock(this.findings);
    for (const [name, pools] of shelves) this.services.set(name, this.openService(name, pools));
    this.network = new Network(this.timeline, this.faults, this.random.fork('network'), this.services);
    this.nodes = Array.from({ length: this.size.nodes }, (_, index) => this.makeNode(`node-${'abc'[index]}`));
  }

  get areInitiatorsDone(): boolean {
    return this.initiatorsAtWork === 0;
  }

  /** Every pool, with the cells of the database it lies in. */
  *pools(): Iterable<{ readonly pool: string; readonly cells: ReadonlyMap<string, number> }> {
    for (const [name, pools] of shelves) for (const pool of pools) yield { pool, cells: this.services.get(name)!.database.cells };
  }

  start(): void {
    for (const node of this.nodes) node.start();
    const random = this.random.fork('initiators');
    const { timeline, faults, journal, marks, promises, nodes } = this;
    const api = new Api({ timeline, faults, journal, marks, promises, nodes, random: random.fork('api') });
    for (let index = 1; index <= this.size.transactions; index += 1) {
      const own = random.fork(`transaction ${index}`);
      const attendance = faults.strikes('by-hand') ? this.attendance(api) : null;
      const initiator = new Initiator(`t${index}`, {
        ...{ timeline, api, promises, services: this.services },
        random: own,
        // Of what parks more can be settled by hand.
        maker: new RequestMaker(own.fork('requests'), shelves, attendance === null ? null : 'touchy'),
        nowMs: () => this.database.nowMs(),
        attendance,
      });
      this.initiatorsAtWork += 1;
      timeline.after(own.between(0, this.size.troubleMs * 0.8), () => {
        void initiator.run().finally(() => {
          this.initiatorsAtWork -= 1;
        });
      });
    }
  }

  /** Nothing goes wrong any more, and everything that was down comes back. */
  heal(): void {
    this.journal.note('world', 'heals');
    this.faults.heal();
    this.database.isAway = false;
    this.network.heal();
    for (const service of this.services.values()) service.start();
    for (const node of this.nodes) node.heal();
    this.resumeParticipants();
    this.timeline.after(LATEST_ORDER_MS, () => this.resumeParticipants());
  }

  private attendance(api: Api): Omit<AttendantContext, 'random'> {
    const { promises, byHand, marks, durable, judgeSeal } = this;
    const payloadOf = (gid: string, branch: string) =>
      durable.state(gid)?.definition.branches.find(({ id }) => id === branch)?.payload ?? null;
    return { ...{ api, promises, byHand, marks, policies, judgeSeal, payloadOf }, nowMs: () => this.database.nowMs() };
  }

  private resumeParticipants(): void {
    const resume = { kind: 'resume', by: 'operator', reason: 'healed', atMs: this.database.nowMs() } as const;
    for (const participant of this.services.keys()) {
      this.pauses.resumes(participant);
      void this.database.controls.order({ ...resume, participant });
    }
  }

  private openService(name: string, pools: readonly string[]): Service {
    const { timeline, faults, journal, marks, effects, byHand, payloads } = this;
    const random = this.random.fork(`service ${name}`);
    const database = new LocalDatabase(
      {
        committed: (took, rows) => {
          for (const { gid, branch, kind, payload } of took) {
            effects.took(gid, branch, kind);
            byHand.took(gid, branch, kind);
            payloads.took(gid, branch, payload);
          }
          for (const { gid, branch, op, outcome } of rows) {
            if (outcome === 'by_hand') byHand.sealed(gid, branch, op);
            else if (op === 'compensate' || op === 'cancel') effects.sealed(gid, branch);
          }
          if (took.length > 0) for (const pool of pools) this.stock.judge(database.cells, pool);
        },
      },
      () => Service.fateOfCommit(faults),
    );
    // Some shelves are nearly empty, some never will be.
    for (const pool of pools) this.stock.fill(database.cells, pool, name === 'shipping' ? 10_000 : random.pick([4, 12, 10_000]));
    return new Service(name, database, { timeline, random, faults, journal, marks, effects, nowMs: () => this.database.nowMs() });
  }

  private makeNode(name: string): SimNode {
    const { timeline, faults, journal, marks, findings, database, network, durable, ledger, effects, fences, pauses, payloads } = this;
    return new SimNode(name, {
      ...{ timeline, faults, journal, marks, findings, database, network, durable, ledger, effects, fences, pauses, payloads },
      random: this.random.fork('nodes'),
      options: engineOptions(this.random.fork('options')),
      bounds: {
        shortestRetryMs: this.isTimeSteady ? shortestRetryMs - 5 : 0,
        longWaitToleranceMs: (['clock-jump', 'operator', 'by-hand'] as const).some((name) => this.faults.isOn(name))
          ? null
          : SLOWEST_STORE_MS,
        mostCalls: MOST_CALLS,
      },
      mayLoseCommits: this.size.losesCommits,
    });
  }

  /** Whether a node's idea of the database's time is right to a few milliseconds and nobody hurries it, so that distances can be judged from outside. */
  private get isTimeSteady(): boolean {
    const shaking = [
      'clock-jump',
      'slow-store',
      'pause',
      'pause-in-flush',
      'stop-point',
      'replace',
      'read-error',
      'store-silence',
      // Has calls leave before their time.
      'operator',
    ] as const;
    return shaking.every((name) => !this.faults.isOn(name));
  }
}

function sizeOf(random: SimRandom, { transactions, troubleMs }: WorldOptions): Size {
  const size = {
    nodes: random.pick([1, 1, 1, 2, 2, 3]),
    transactions: random.int(3, 12),
    troubleMs: random.between(2_000, 6_000),
    losesCommits: random.chance(LOST_COMMITS_SHARE),
  };
  return { ...size, transactions: transactions ?? size.transactions, troubleMs: troubleMs ?? size.troubleMs };
}

function engineOptions(random: SimRandom): Partial<EngineOptions> & { readonly leaseMs: number } {
  return {
    leaseMs: LEASE_MS,
    maxInMemory: random.pick([5, 20_000, 20_000]),
    maxFlushRows: random.pick([1, 4, 512, 512]),
    lazyFlushMs: random.pick([100, 1_000]),
    restAfterMs: random.pick([200, 1_000, 10_000]),
    acknowledgeWithinMs: 1_500,
    claimEveryMs: 500,
    firstChunk: random.pick([2, 32]),
    pollEveryMs: 200,
    ordersEveryMs: 300,
    participantShare: random.pick([0.25, 1]),
    breaker: { ...defaultBreakerPolicy, openMs: random.pick([200, 1_000]) },
  };
}
