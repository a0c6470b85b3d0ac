/** An outage as an operator sees it: the cause in two calls, and one job after the repair. */
import { v7 as uuidv7 } from 'uuid';
import { startCoordinator, testFolder, until } from './support/coordinators.js';
import { ScriptedParticipant } from './support/scripted-participant.js';

const ORDERS = 500;

describe('a participant that was down while orders waited', () => {
  it('is found in two calls, and after its repair all of them are woken by one job that tells what became of each', async () => {
    const folder = testFolder();
    const bank = await ScriptedParticipant.start();
    const assent = await startCoordinator(folder, { ASSENT_PARTICIPANTS: `payment=${bank.url}`, ASSENT_BREAKER_OPEN_MS: '600000' });
    bank.key = assent.key('payment');
    bank.on('payment.charge', 'action', () => ({ status: 503 }));
    const branches = [{ contract: 'payment.charge' }];
    const gids = Array.from({ length: ORDERS }, () => uuidv7());
    const order = (gid: string) => assent.post('/v1/transactions', { gid, name: 'order', pattern: 'saga', policy: 'patient', branches });
    for (let from = 0; from < ORDERS; from += 50) await Promise.all(gids.slice(from, from + 50).map(order));
    const attention = async () => {
      const { body } = await assent.get('/v1/transactions?attention=any&participant=payment&limit=1');
      return (body.counts as unknown as { matching: number; attention: { participant: string }[] }) ?? { matching: 0, attention: [] };
    };
    await until('all of them wait', async () => (await attention()).matching === ORDERS, 90_000);
    expect((await attention()).attention[0]?.participant).toBe('payment');
    expect((await assent.get(`/v1/transactions/${gids[0]}/timeline`)).body.headline).toContain('waiting for payment.action');
    bank.on('payment.charge', 'action', () => ({ status: 204 }));
    await assent.post('/v1/participants/payment/breaker/reset', { reason: 'repaired' });
    const query = { attention: 'any', participant: 'payment' };
    const { body } = await assent.post('/v1/jobs', { action: 'retry', query, reason: 'the bank is back', perSecond: 1_000 });
    const id = String(body.id);
    await until('it has finished', async () => String((await assent.get(`/v1/jobs/${id}`)).body.state) === 'finished', 60_000);
    expect((await assent.get(`/v1/jobs/${id}`)).body.counts).toMatchObject({ pending: 0, failed: 0 });
    const isDone = async () => {
      const { body: found } = await assent.get('/v1/transactions?name=order&status=committed&limit=1');
      return (found.counts as unknown as { matching: number }).matching === ORDERS;
    };
    await until('all are committed', isDone, 60_000);
    await assent.stop();
    await bank.stop();
    folder.remove();
  }, 240_000);
});
