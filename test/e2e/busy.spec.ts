/** Limits that protect the coordinator: what is beyond them is refused with 429 and a time to come back, and what was accepted is not hurt. */
import { startCoordinator, type TestCoordinator, type TestFolder, testFolder, until } from './support/coordinators.js';
import { ScriptedParticipant } from './support/scripted-participant.js';

describe('A busy coordinator', () => {
  let folder: TestFolder;
  let participant: ScriptedParticipant;
  let assent: TestCoordinator;

  beforeAll(async () => {
    folder = testFolder();
    participant = await ScriptedParticipant.start();
    assent = await startCoordinator(folder, {
      ASSENT_PARTICIPANTS: `inventory=${participant.url}`,
      ASSENT_MAX_IN_MEMORY: '100',
      ASSENT_MAX_WAITERS: '10',
    });
    participant.key = assent.key('inventory');
  });
  afterAll(async () => {
    await assent.stop();
    await participant.stop();
    folder.remove();
  });

  const saga = (gid: string) => ({ gid, pattern: 'saga', branches: [{ contract: 'inventory.deduct' }] });

  it('refuses what is beyond its memory with 429, and takes it when there is room', async () => {
    let release: () => void = () => undefined;
    const after = new Promise<void>((resolve) => {
      release = resolve;
    });
    participant.on('inventory.deduct', 'action', () => ({ status: 204, after }));
    const accepted: string[] = [];
    let refused = await assent.post('/v1/transactions', saga('first'));
    for (let i = 0; refused.status === 202 && i < 200; i++) {
      accepted.push(String(refused.body.gid));
      refused = await assent.post('/v1/transactions', saga(`held-${i}`));
    }
    expect([refused.status, refused.body.code, accepted.length]).toEqual([429, 'overloaded', 100]);
    expect(refused.headers['retry-after']).toMatch(/^[1-9]/);

    const waits = await Promise.all(accepted.slice(0, 20).map((gid) => assent.get(`/v1/transactions/${gid}/wait?timeoutMs=300`)));
    expect(waits.filter(({ status }) => status === 202)).toHaveLength(10);
    for (const { body } of waits.filter(({ status }) => status !== 202)) expect(body.code).toBe('too_many_waiters');

    release();
    await until('there is room again', async () => (await assent.post('/v1/transactions', saga('room'))).status < 300);
    for (const gid of [...accepted, 'room']) {
      const { body } = await assent.get(`/v1/transactions/${gid}/wait`);
      expect([gid, body.status]).toEqual([gid, 'committed']);
    }
  });
});
