/** The client library against a whole coordinator: what an initiator writes is what happens. */
import { AssentClient, AssentRequestError, BranchRejectedError } from '@assent/client';
import { startCoordinator, type TestCoordinator, type TestFolder, testFolder, until } from './support/coordinators.js';
import { refusal, ScriptedParticipant } from './support/scripted-participant.js';

describe('An initiator with the client library', () => {
  let folder: TestFolder;
  let participant: ScriptedParticipant;
  let coordinator: TestCoordinator;
  let assent: AssentClient;

  beforeAll(async () => {
    folder = testFolder();
    participant = await ScriptedParticipant.start();
    coordinator = await startCoordinator(folder, { ASSENT_PARTICIPANTS: `shop=${participant.url}` });
    participant.key = coordinator.key('shop');
    assent = new AssentClient({ baseUrl: coordinator.url });
  });
  afterAll(async () => {
    await assent.close();
    await coordinator.stop();
    await participant.stop();
    folder.remove();
  });
  beforeEach(() => participant.reset());

  it('runs a TCC and learns who refused it', async () => {
    participant.on('shop.freeze', 'try', () => refusal('INSUFFICIENT_FUNDS', 'balance 12.00, asked for 40.00'));
    const result = await assent.tcc('checkout').branch('shop.reserve', { n: 1 }).branch('shop.freeze', { n: 2 }).run({ wait: 'final' });
    expect(result).toMatchObject({
      status: 'aborted',
      rejection: { branch: 'shop.freeze', code: 'INSUFFICIENT_FUNDS', message: 'balance 12.00, asked for 40.00' },
    });
    expect(participant.heard(result.gid).sort()).toEqual([
      'shop.freeze cancel',
      'shop.freeze try',
      'shop.reserve cancel',
      'shop.reserve try',
    ]);
  });

  it('runs a saga and gets the results of its steps', async () => {
    participant.on('shop.charge', 'action', () => ({ status: 200, body: { receipt: 17 } }));
    const result = await assent.saga('checkout').step('shop.deduct', { n: 1 }).step('shop.charge', { n: 2 }).run({ wait: 'final' });
    expect(result.status).toBe('committed');
    expect(result.results).toMatchObject({ 'shop.charge': { receipt: 17 } });
    expect(result.finishedAtMs).toBeGreaterThanOrEqual(result.createdAtMs);
  });

  it('drives a TCC step by step, and commits when its work returns', async () => {
    participant.on('shop.debit', 'try', () => ({ status: 200, body: { left: 3 } }));
    const { value, transaction } = await assent.globalTransaction(
      'transfer',
      async (tx) => {
        const debited = await tx.try('shop.debit', { amount: 5 });
        await tx.try('shop.credit', { amount: 5 });
        return debited;
      },
      { wait: 'final' },
    );
    expect(value).toEqual({ left: 3 });
    expect(transaction.status).toBe('committed');
    expect(participant.heard(transaction.gid).slice(2).sort()).toEqual(['shop.credit confirm', 'shop.debit confirm']);
  });

  it('drives a TCC step by step, and aborts when its work throws', async () => {
    participant.on('shop.credit', 'try', () => refusal('CLOSED', 'the account is closed'));
    const work = assent.globalTransaction('transfer', async (tx) => {
      await tx.try('shop.debit', { amount: 5 });
      await tx.try('shop.credit', { amount: 5 });
    });
    await expect(work).rejects.toThrow(BranchRejectedError);
    const gid = participant.calls[0]?.gid ?? '';
    await until('both are cancelled', () => participant.heard(gid).length === 4);
    expect(participant.heard(gid).slice(2).sort()).toEqual(['shop.credit cancel', 'shop.debit cancel']);
  });

  it('is told what is wrong with a request, and where', async () => {
    const failure = await assent
      .saga('checkout')
      .step('nobody.knows', {})
      .run()
      .catch((error: unknown) => error);
    expect(failure).toBeInstanceOf(AssentRequestError);
    expect(failure).toMatchObject({ status: 422, code: 'unknown_participant', pointer: '/branches/0/contract' });
  });

  it('gets null for a transaction nobody began', async () => {
    expect(await assent.get('nobody-began-this')).toBeNull();
  });
});
