/** Orders about participants without a database: for tests of the engine and the simulator. Nodes share a `MemoryDatabase`, and these orders with it. */
import type { ParticipantControl, ParticipantControlStore, ParticipantOrder, WaitingCount } from '@assent/engine';
import type { MemoryDatabase } from './memory-database.js';

export class MemoryParticipantControlStore implements ParticipantControlStore {
  constructor(private readonly database: Pick<MemoryDatabase, 'controls' | 'attention'>) {}

  async readControls(): Promise<readonly ParticipantControl[]> {
    return [...this.database.controls.values()];
  }

  async order({ kind, participant, by, reason, atMs }: ParticipantOrder): Promise<ParticipantControl> {
    const { controls } = this.database;
    const fresh: ParticipantControl = { name: participant, version: 0, pause: null, resets: 0, wakes: 0, wokenAtMs: 0 };
    const before = controls.get(participant) ?? fresh;
    const changed: Partial<ParticipantControl> = {
      pause: { pause: before.pause ?? { by, reason, atMs } },
      resume: { pause: null },
      reset: { resets: before.resets + 1 },
      wake: { wakes: before.wakes + 1, wokenAtMs: atMs },
    }[kind];
    const control = { ...before, ...changed, version: before.version + 1 };
    controls.set(participant, control);
    return control;
  }

  async countWaiting(): Promise<readonly WaitingCount[]> {
    const counts = new Map<string, WaitingCount>();
    for (const { participant, kind, sinceMs } of [...this.database.attention.values()].flat()) {
      if (participant === '') continue;
      const key = `${participant} ${kind}`;
      const known = counts.get(key);
      const oldestSinceMs = Math.min(sinceMs, known?.oldestSinceMs ?? sinceMs);
      counts.set(key, { participant, kind, count: (known?.count ?? 0) + 1, oldestSinceMs });
    }
    return [...counts.values()];
  }
}
