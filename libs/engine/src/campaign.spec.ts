/**
 * Many short lives of two nodes under random trouble: refusals, lost answers, crashes, lost commits, outages, late packets. Whatever happened, when
 * the trouble ends every accepted transaction becomes final, and what took effect is what its status says (invariants A, E, L, V).
 */
import { MemoryDatabase, MemoryTransactionStore } from '@assent/store';
import { branch, initiatorTcc, saga, tcc } from '../test/requests.js';
import type { Answer } from '../test/scripted-branches.js';
import type { SeededRandom } from '../test/seeded-random.js';
import { type Node, World } from '../test/world.js';
import type { BeginRequest } from './api.js';

const SEEDS = 200;
const TRANSACTIONS = 12;
const ROUNDS = 25;

type Store = MemoryTransactionStore;
type TroubledWorld = World<MemoryDatabase, Store>;

const aWorld = (seed: number): TroubledWorld =>
  new World(
    (nowMs) => new MemoryDatabase(nowMs),
    (database) => new MemoryTransactionStore(database),
    seed,
  );

class Campaign {
  readonly gids: string[] = [];
  private readonly world: TroubledWorld;
  private readonly random: SeededRandom;
  private readonly nodes = new Map<string, Node<Store>>();
  readonly accepted = new Set<string>();

  constructor(private readonly seed: number) {
    this.world = aWorld(seed);
    this.random = this.world.random;
  }

  async run(): Promise<void> {
    this.world.branches.otherwise(() => this.someAnswer());
    for (const name of ['a', 'b']) this.nodes.set(name, await this.world.start(name));
    for (let index = 0; index < TRANSACTIONS; index += 1) this.begin(`t${this.seed}-${index}`);
    for (let round = 0; round < ROUNDS; round += 1) {
      await this.world.clock.advance(Math.floor(this.random.fraction() * 700));
      await this.trouble();
    }
    await this.heal();
  }

  /** Every transaction that somebody was told is accepted, or that is in the store for another reason. */
  known(): readonly string[] {
    return [...new Set([...this.accepted, ...this.world.database.transactions.keys()])];
  }

  /** What contradicts the invariants, in words; empty when nothing does. */
  contradictions(): readonly string[] {
    const found: string[] = [];
    for (const gid of this.known()) {
      const row = this.world.database.transactions.get(gid);
      if (row === undefined) found.push(`${gid} was accepted and is not there`);
      else if (row.owner !== null) found.push(`${gid} is ${row.status} and still owned`);
      else for (const { id } of JSON.parse(row.definition).branches) found.push(...this.contradictionsOf(gid, id, row.status, row.pattern));
    }
    return found;
  }

  private contradictionsOf(gid: string, id: string, status: string, pattern: string): readonly string[] {
    const { forward, end } = this.world.branches.effectsOf(gid, id);
    const isOwnTry = id.startsWith('own');
    if (status === 'aborted') return forward === 'done' && end !== 'rolled_back' ? [`${gid} is aborted, but ${id} took effect`] : [];
    if (end === 'rolled_back') return [`${gid} is committed, but ${id} was rolled back`];
    if (forward !== 'done' && !isOwnTry) return [`${gid} is committed, but ${id} is ${forward}`];
    return pattern === 'tcc' && end !== 'committed' ? [`${gid} is committed, but ${id} was not confirmed`] : [];
  }

  private begin(gid: string): void {
    const node = this.someNode();
    const kind = this.random.fraction();
    this.gids.push(gid);
    if (kind < 0.4) void this.accept(node, saga(gid, 'one', 'two', 'three'));
    else if (kind < 0.7) void this.accept(node, tcc(gid, 'one', 'two'));
    else void this.drive(node, gid);
  }

  private async accept(node: Node<Store>, request: BeginRequest): Promise<boolean> {
    try {
      await node.engine.begin(request);
      this.accepted.add(request.gid);
      return true;
    } catch {
      return false;
    }
  }

  /** An initiator that registers, and then submits, aborts, or is never heard of again. Whatever fails, it does not repeat. */
  private async drive(node: Node<Store>, gid: string): Promise<void> {
    if (!(await this.accept(node, initiatorTcc(gid)))) return;
    try {
      const { forward } = await node.engine.register(gid, { branch: branch('one', { hash: 'one' }), waitMs: 5_000 });
      // It submits only what it saw succeed.
      if (forward.outcome !== 'succeeded') return;
      await this.someNode().engine.register(gid, { branch: branch('own', { hash: 'own', run: 'self' }), waitMs: 0 });
      const choice = this.random.fraction();
      if (choice < 0.5) await this.someNode().engine.submit(gid, { branches: ['one', 'own'], by: 'local' });
      else if (choice < 0.75) await this.someNode().engine.abort(gid, { code: 'aborted_by_request', message: '', by: 'local' });
    } catch {
      // Refused, or not known: its deadline ends it.
    }
  }

  private async trouble(): Promise<void> {
    const { store } = this.someNode();
    const choice = this.random.fraction();
    if (choice < 0.12) store.failNextFlush({ kind: 'acknowledgement_lost' });
    else if (choice < 0.24) store.failNextFlush({ kind: 'lost' });
    else if (choice < 0.34) store.failNextFlush({ kind: 'late' });
    else if (choice < 0.42) store.failNextFlush({ kind: 'answered', result: { kind: 'retryable', message: 'deadlock' } });
    else if (choice < 0.5) store.deliverLate();
    else if (choice < 0.6) store.disconnect();
    else if (choice < 0.75) for (const node of this.nodes.values()) node.store.reconnect();
    else if (choice < 0.85) await this.restart(this.random.pick(['a', 'b']));
  }

  private async restart(name: string): Promise<void> {
    const node = this.nodes.get(name);
    if (node !== undefined) this.world.crash(node);
    await this.world.clock.advance(Math.floor(this.random.fraction() * 9_000));
    this.nodes.set(name, await this.world.start(name));
  }

  private async heal(): Promise<void> {
    this.world.branches.otherwise(() => ({ kind: 'succeeds' }));
    for (const node of this.nodes.values()) node.store.reconnect();
    await this.world.clock.advance(200);
    for (const node of this.nodes.values()) node.store.deliverLate();
    await this.world.allFinal(this.known(), 240_000);
    await this.world.clock.advance(10_000);
  }

  private someAnswer(): Answer {
    const chance = this.random.fraction();
    if (chance < 0.1) return { kind: 'refuses', code: 'NO' };
    if (chance < 0.16) return { kind: 'lost' };
    if (chance < 0.22) return { kind: 'answer_lost' };
    return chance < 0.27 ? { kind: 'pends' } : { kind: 'succeeds' };
  }

  private someNode(): Node<Store> {
    return this.random.pick([...this.nodes.values()]);
  }
}

describe('under random trouble', () => {
  it(`every accepted transaction of ${SEEDS} runs becomes final, and what took effect is what its status says`, async () => {
    let known = 0;
    for (let seed = 1; seed <= SEEDS; seed += 1) {
      const campaign = new Campaign(seed);
      try {
        await campaign.run();
      } catch (error) {
        throw new Error(`seed ${seed}: ${String(error)}`, { cause: error });
      }
      expect({ seed, contradictions: campaign.contradictions() }).toEqual({ seed, contradictions: [] });
      known += campaign.known().length;
    }
    expect(known).toBeGreaterThan(SEEDS * TRANSACTIONS * 0.5);
  }, 120_000);
});
