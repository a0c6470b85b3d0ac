import { describe as describeError, type MysqlError, verdictOf } from './classify.js';

const answered = (errno: number): MysqlError => Object.assign(new Error('what the server says'), { errno, sqlState: 'HY000', code: 'ER' });
const broken = (code: string, errno?: number): MysqlError =>
  Object.assign(new Error('gone'), { code, ...(errno === undefined ? {} : { errno }) });

describe('what an error says about a flush', () => {
  it.each([1213, 1205, 1020, 1047, 1290, 1836, 3101, 1021, 1114, 1146])('%i: nothing is there, try again', (errno) => {
    expect(verdictOf(answered(errno))).toBe('retryable');
  });

  it.each([1048, 1242])('%i: the fence did not hold', (errno) => {
    expect(verdictOf(answered(errno))).toBe('fenced');
  });

  it.each([1264, 1265, 1366, 1406, 3819, 4025])('%i: one row cannot be stored', (errno) => {
    expect(verdictOf(answered(errno))).toBe('data_error');
  });

  it('1062: some gid exists', () => {
    expect(verdictOf(answered(1062))).toBe('duplicate');
  });

  it.each([1053, 1180, 1317, 1927, 4031])('%i: may come while COMMIT runs, so nobody knows', (errno) => {
    expect(verdictOf(answered(errno))).toBe('unknown');
  });

  it.each([
    ['a reset', broken('ECONNRESET', -104)],
    ['a lost connection', broken('PROTOCOL_CONNECTION_LOST')],
    ['silence', new Error('no answer within 5000 ms')],
  ])('%s: nobody knows', (_what, error) => {
    expect(verdictOf(error)).toBe('unknown');
  });

  it('is told in one line', () => {
    expect(describeError(answered(1205))).toBe('1205 what the server says');
    expect(describeError(broken('ECONNRESET', -104))).toBe('ECONNRESET: gone');
    expect(describeError(Object.assign(new Error('connect ECONNREFUSED ::1:3306'), { code: 'ECONNREFUSED' }))).toBe(
      'connect ECONNREFUSED ::1:3306',
    );
    expect(describeError(Object.assign(new Error(''), { code: 'ECONNREFUSED' }))).toBe('ECONNREFUSED: no connection');
  });
});
