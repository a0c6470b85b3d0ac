/** A begin may be repeated as long as its transaction is known, whatever has been configured differently since. */
import { randomUUID } from 'node:crypto';
import { startCoordinator, type TestFolder, testFolder } from './support/coordinators.js';
import { ScriptedParticipant } from './support/scripted-participant.js';

const KEY = `whsec_${Buffer.alloc(32, 7).toString('base64')}`;

describe('A begin that is repeated', () => {
  let folder: TestFolder;
  let participant: ScriptedParticipant;

  beforeAll(async () => {
    folder = testFolder();
    participant = await ScriptedParticipant.start();
    participant.key = KEY;
  });
  afterAll(async () => {
    await participant.stop();
    folder.remove();
  });

  const startWith = (...names: string[]) =>
    startCoordinator(folder, {
      ASSENT_PARTICIPANTS: names.map((name) => `${name}=${participant.url}`).join(','),
      ASSENT_PARTICIPANT_KEYS: names.map((name) => `${name}=${KEY}`).join(','),
    });

  it('is answered as the first time, after its participant has left the configuration', async () => {
    const body = { gid: randomUUID(), name: 'checkout', pattern: 'saga', branches: [{ contract: 'inventory.deduct' }], wait: 'final' };
    const before = await startWith('inventory', 'payment');
    expect((await before.post('/v1/transactions', body)).body.status).toBe('committed');
    await before.stop();

    const after = await startWith('payment');
    try {
      const repeated = await after.post('/v1/transactions', body);
      expect([repeated.status, repeated.body.status]).toEqual([200, 'committed']);
      const unknownNow = expect.objectContaining({ status: 422, body: expect.objectContaining({ code: 'unknown_participant' }) });
      expect(await after.post('/v1/transactions', { ...body, name: 'other' })).toEqual(unknownNow);
      expect(await after.post('/v1/transactions', { ...body, gid: randomUUID() })).toEqual(unknownNow);
    } finally {
      await after.stop();
    }
    expect(participant.heard(body.gid)).toEqual(['inventory.deduct action']);
  });
});
