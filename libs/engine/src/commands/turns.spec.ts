import { EngineError } from '../errors.js';
import { StoreUnavailableError } from '../ports/transaction-store.js';
import { Turns } from './turns.js';

describe('turns of those who ask one transaction', () => {
  /** What three who come together are told, and how many of them have asked, when the first of them fails so. */
  async function askedTogether(failure: Error) {
    const turns = new Turns();
    let asked = 0;
    const ask = async () => {
      asked += 1;
      await Promise.resolve();
      if (asked === 1) throw failure;
      return 'done';
    };
    const told = await Promise.allSettled([1, 2, 3].map(() => turns.take('g', ask)));
    return { asked, told: told.map((one) => (one.status === 'fulfilled' ? one.value : one.reason)), next: await turns.take('g', ask) };
  }

  it('are taken whatever came of the one before', async () => {
    const refused = new EngineError('not_found', 'There is no transaction g.');
    expect(await askedTogether(refused)).toEqual({ asked: 3, told: [refused, 'done', 'done'], next: 'done' });
  });

  it('end for all who wait when the store is away, instead of one wait for it after the other', async () => {
    for (const away of [new StoreUnavailableError('away'), new EngineError('store_unavailable', 'away')]) {
      expect(await askedTogether(away)).toEqual({ asked: 1, told: [away, away, away], next: 'done' });
    }
  });
});
