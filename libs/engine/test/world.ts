/** Nodes, branches and one database on one virtual clock. The store is handed in, because the engine knows only its port. */
import { isFinal } from '@assent/protocol';
import { Engine } from '../src/engine.js';
import type { EngineOptions } from '../src/options.js';
import { type Failpoints, noFailpoints } from '../src/ports/failpoints.js';
import { type Hints, noHints } from '../src/ports/hints.js';
import type { Announcer } from '../src/ports/outbox.js';
import type { ParticipantControlStore } from '../src/ports/participant-control.js';
import type { StoredTransaction, TransactionStore } from '../src/ports/transaction-store.js';
import { RecordingMonitor } from './recording-monitor.js';
import { ScriptedBranches } from './scripted-branches.js';
import { SeededRandom } from './seeded-random.js';
import { ProcessClock, VirtualClock } from './virtual-clock.js';

/** The part of a database in memory that tests look at. */
export interface Tables {
  readonly transactions: ReadonlyMap<string, StoredTransaction>;
}

export interface Node<Store> {
  readonly engine: Engine;
  readonly store: Store;
  readonly monitor: RecordingMonitor;
  /** Cuts the process off from everything. */
  cut(): void;
}

export class World<Database extends Tables, Store extends TransactionStore> {
  readonly clock = new VirtualClock();
  readonly branches = new ScriptedBranches(this.clock);
  /** What the nodes hint to each other: nothing, unless a test says so before it makes them. */
  hints: Hints = noHints;
  /** Orders about participants: none can be given, unless a test says so before it makes its nodes. */
  participants: ParticipantControlStore | undefined;
  /** Who is told of events: nobody, and then none are written, unless a test says so before it makes its nodes. */
  announcer: Announcer | null = null;
  readonly random: SeededRandom;
  readonly database: Database;

  constructor(
    makeDatabase: (nowMs: () => number) => Database,
    private readonly openStore: (database: Database) => Store,
    seed = 1,
  ) {
    this.random = new SeededRandom(seed);
    this.database = makeDatabase(() => this.clock.databaseMs());
  }

  /** A node that has not started yet. */
  node(nodeName: string, options: Partial<EngineOptions> = {}, failpoints: Failpoints = noFailpoints): Node<Store> {
    const store = this.openStore(this.database);
    const monitor = new RecordingMonitor();
    const life = new ProcessClock(this.clock);
    const ports = {
      store,
      invoker: this.branches.for(nodeName, life),
      clock: life,
      random: this.random,
      monitor,
      failpoints,
      hints: this.hints,
      ...(this.participants === undefined ? {} : { participants: this.participants }),
      ...(this.announcer === null ? {} : { announcer: this.announcer }),
    };
    return { engine: new Engine(ports, { ...options, nodeName }), store, monitor, cut: () => life.stop() };
  }

  /** A node that has entered. */
  async start(nodeName: string, options: Partial<EngineOptions> = {}, failpoints: Failpoints = noFailpoints): Promise<Node<Store>> {
    const node = this.node(nodeName, options, failpoints);
    await this.clock.settled(node.engine.start());
    return node;
  }

  /** The process is gone: it neither hears nor sends, and nothing of it reaches the store any more. */
  crash(node: Node<Store>): void {
    node.cut();
  }

  row(gid: string): StoredTransaction {
    const row = this.database.transactions.get(gid);
    if (row === undefined) throw new Error(`the store holds no ${gid}`);
    return row;
  }

  statusOf(gid: string): string {
    return this.database.transactions.get(gid)?.status ?? 'absent';
  }

  /** Lets time pass until the store holds a final image of every one of these. */
  async allFinal(gids: readonly string[], withinMs?: number): Promise<void> {
    const isDone = (gid: string) => {
      const row = this.database.transactions.get(gid);
      return row !== undefined && isFinal(row.status);
    };
    await this.clock.until(`final: ${gids.join(' ')}`, () => gids.every(isDone), withinMs);
  }
}
