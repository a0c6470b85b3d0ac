import { IdempotencyKeys } from '@assent/store';
import { describeEveryDatabase } from '../../../../../test/contract/support/opened.js';
import { ApiError } from '../../errors/index.js';
import { contentHash } from '../content-hash.js';
import { once } from './repeats.js';

describeEveryDatabase('a request under its key', (opened) => {
  const content = { action: 'resolve' };

  it('is carried out by whoever repeats it when the one who was refused for a moment only has died before the key was free', async () => {
    const keys = new IdempotencyKeys(opened().dataSource);
    const dead = { principal: 'ada', name: 'k', hash: contentHash(content), deed: 'd-dead', createdAtMs: Date.now() - 31_000 };
    await keys.claim(dead);
    const done: string[] = [];
    const asked = {
      ...{ principal: 'ada', key: 'k', content },
      work: async (id: string) => ({ status: 200, body: { nth: done.push(id) } }),
      lookBack: async (id: string) => {
        if (id === dead.deed) throw new ApiError('not_sealed', 'The participant could not be told.');
        return null;
      },
    };
    expect(await once(() => keys, asked)).toEqual({ status: 200, body: { nth: 1 } });
    expect(await once(() => keys, asked)).toEqual({ status: 200, body: { nth: 1 } });
    expect(done).not.toContain(dead.deed);
  });
});
