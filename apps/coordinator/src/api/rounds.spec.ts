import { Rounds } from './rounds.js';

describe('rounds of work', () => {
  it('say nothing of a database that is away, which others have told, and complain of anything else', async () => {
    const complaints: unknown[] = [];
    const log = { error: (_fields: object, message: string) => complaints.push(message) };
    const rounds = new Rounds({ round: async () => undefined, everyMs: 1, firstAfterMs: 0, log, complaint: 'A job could not go on' });
    await rounds.attempt(async () => {
      throw Object.assign(new Error('connect ECONNREFUSED 127.0.0.1:3306'), { code: 'ECONNREFUSED' });
    });
    expect(complaints).toEqual([]);
    await rounds.attempt(async () => {
      throw new TypeError('a mistake');
    });
    expect(complaints).toEqual(['A job could not go on']);
  });
});
