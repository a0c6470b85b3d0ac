/**
 * Two coordinators on one database, both with orders: one dies, or is cut off, and the other drives on what it had, within the time that is promised; and
 * both live, and each reaches another half of the world.
 */
import { type Ground, promisedTakeoverMs } from '../campaign/index.js';
import type { ServiceProcess } from '../stack/index.js';
import { campaign, type Scenario } from './scenario.js';

export interface NamedNode {
  readonly name: string;
  readonly process: ServiceProcess;
}

/** Long enough that both nodes drive something. */
const settlesMs = 500;

/** Kills a node for good, waits until the other drives what it drove, and starts it again. */
export function killedAndTakenOver(ground: Ground, kind: string, { name, process }: NamedNode): Promise<void> {
  return ground.hurt(kind, async () => {
    await ground.takenOver(kind, name, promisedTakeoverMs.ofDead, () => process.killHard());
    await process.start();
  });
}

export const nodesKilledInTurn: Scenario = campaign('nodes-killed', 'Two nodes are killed in turn, and each takes over from the other', {
  seed: 34,
  async harm(ground) {
    const { stack } = ground;
    const nodes: readonly NamedNode[] = [
      { name: 'faults-1', process: stack.coordinator },
      { name: 'faults-2', process: await stack.addCoordinator('faults-2') },
    ];
    await nodes[1]!.process.start();
    stack.spreadOrders();
    for (let turn = 0; turn < nodes.length || ground.isOn; turn += 1) {
      await ground.breathe(settlesMs, settlesMs * 2);
      await killedAndTakenOver(ground, 'node of two killed', nodes[turn % nodes.length]!);
    }
  },
});

export const nodesCutOffInTurn: Scenario = campaign(
  'nodes-cut-off',
  'Two nodes are cut off from the database in turn, go on to live, and each takes over from the other',
  {
    seed: 35,
    async harm(ground) {
      const { stack } = ground;
      const other = await stack.addIndependentNode('faults-2');
      await other.process.start();
      stack.spreadOrders();
      const nodes = [
        { name: 'faults-1', process: stack.coordinator, database: stack.proxy },
        { name: 'faults-2', process: other.process, database: other.database },
      ] as const;
      for (let turn = 0; turn < nodes.length || ground.isOn; turn += 1) {
        const { name, process, database } = nodes[turn % nodes.length]!;
        await ground.breathe(settlesMs, settlesMs * 2);
        await ground.hurt('partition of one node from the database', async () => {
          await ground.takenOver('partition of one node from the database', name, promisedTakeoverMs.ofSilent, () => database.partition());
          database.heal();
          await process.untilReady();
        });
      }
    },
  },
);

export const nodesSplit: Scenario = campaign(
  'nodes-split',
  'Two nodes live, share the database, and each reaches another participant only',
  {
    seed: 36,
    async harm(ground) {
      const { stack } = ground;
      const other = await stack.addIndependentNode('faults-2');
      await other.process.start();
      stack.spreadOrders();
      // Once at least, however long the second node took to come up.
      do {
        await ground.hurt('partition of each node from another participant', async () => {
          const unreachable = [stack.branches.inventory, other.branches.payment];
          for (const participant of unreachable) participant.partition('both');
          await ground.breathe(1_500, 5_000);
          for (const participant of unreachable) participant.heal();
        });
        await ground.breathe(settlesMs, settlesMs * 2);
      } while (ground.isOn);
    },
  },
);
