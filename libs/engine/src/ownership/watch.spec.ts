/** Death is judged by watching (DESIGN 7): when it is declared, and when not. */
import { VirtualClock } from '../../test/virtual-clock.js';
import { type Declaration, type NodeRow, StoreUnavailableError } from '../ports/transaction-store.js';
import { Watch } from './index.js';

const LEASE_MS = 5_000;

class Observed {
  readonly clock = new VirtualClock();
  readonly declared: Declaration[] = [];
  nodes: NodeRow[] = [];
  readonly beats: string[] = [];
  isAway = false;
  readMs = 0;
  readonly watch = new Watch(
    'self',
    { readNodes: () => this.readNodes() },
    { declare: (declaration) => this.declared.push(declaration), beat: () => this.beats.push('beat') },
    this.clock,
    LEASE_MS,
  );

  /** Looks every tenth of a lease for so long. */
  async watchFor(ms: number): Promise<void> {
    for (let passedMs = 0; passedMs < ms; passedMs += LEASE_MS / 10) {
      await this.clock.advance(LEASE_MS / 10);
      await this.clock.settled(this.watch.look().catch(() => []));
    }
  }

  alive(incarnation: string, flushes: number): void {
    this.nodes = [
      ...this.nodes.filter((node) => node.incarnation !== incarnation),
      { incarnation, name: incarnation, state: 'alive', flushes },
    ];
  }

  private async readNodes(): Promise<readonly NodeRow[]> {
    if (this.readMs > 0) await new Promise<void>((resolve) => this.clock.after(this.readMs, resolve));
    if (this.isAway) throw new StoreUnavailableError('away');
    return this.nodes;
  }
}

describe('the watch', () => {
  it('declares a node whose flushes stand still for a lease, at the number last seen', async () => {
    const world = new Observed();
    world.alive('other', 7);
    await world.watchFor(LEASE_MS);
    expect(world.declared).toEqual([]);
    await world.watchFor(LEASE_MS / 10);
    expect(world.declared).toEqual([{ incarnation: 'other', flushes: 7 }]);
  });

  it('does not declare a node that moves once in a lease', async () => {
    const world = new Observed();
    for (let flushes = 0; flushes < 10; flushes += 1) {
      world.alive('other', flushes);
      await world.watchFor(LEASE_MS * 0.9);
    }
    expect(world.declared).toEqual([]);
  });

  it('starts again after a look that failed', async () => {
    const world = new Observed();
    world.alive('other', 7);
    await world.watchFor(LEASE_MS * 0.9);
    world.isAway = true;
    await world.watchFor(LEASE_MS / 10);
    world.isAway = false;
    await world.watchFor(LEASE_MS);
    expect(world.declared).toEqual([]);
    await world.watchFor(LEASE_MS / 10);
    expect(world.declared).toHaveLength(1);
  });

  it('starts again after a look that was late, because this process may have been the one that stood still', async () => {
    const world = new Observed();
    world.alive('other', 7);
    await world.watchFor(LEASE_MS * 0.9);
    await world.clock.advance(LEASE_MS * 3);
    await world.watchFor(LEASE_MS);
    expect(world.declared).toEqual([]);
  });

  it('starts again after a look that took long', async () => {
    const world = new Observed();
    world.alive('other', 7);
    await world.watchFor(LEASE_MS * 0.9);
    world.readMs = LEASE_MS;
    await world.watchFor(LEASE_MS / 10);
    world.readMs = 0;
    await world.watchFor(LEASE_MS * 0.9);
    expect(world.declared).toEqual([]);
  });

  it('never declares its own node, and asks the fence when another has', async () => {
    const world = new Observed();
    world.alive('self', 7);
    await world.watchFor(LEASE_MS * 3);
    expect(world.declared).toEqual([]);
    expect(world.beats).toEqual([]);
    world.nodes = [{ incarnation: 'self', name: 'self', state: 'dead', flushes: 7 }];
    await world.watchFor(LEASE_MS / 10);
    expect(world.beats).toHaveLength(1);
  });

  it('tells which nodes are dead or have stopped and still own something', async () => {
    const world = new Observed();
    world.alive('other', 7);
    world.nodes.push(
      { incarnation: 'gone', name: 'b', state: 'dead', flushes: 3 },
      { incarnation: 'left', name: 'c', state: 'stopped', flushes: 4 },
    );
    const abandoned = await world.clock.settled(world.watch.look());
    expect(abandoned.map(({ incarnation }) => incarnation)).toEqual(['gone', 'left']);
  });
});
