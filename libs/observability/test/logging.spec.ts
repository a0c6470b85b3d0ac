import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createLogger, NestLogger } from '../src/index.js';
import { recordingLogger } from './views.js';

describe('a logger', () => {
  let folder: string;
  beforeEach(() => {
    folder = mkdtempSync(join(tmpdir(), 'assent-log-'));
  });
  afterEach(() => rmSync(folder, { recursive: true }));

  it('shows a gathered line within about a second', async () => {
    const file = join(folder, 'log');
    createLogger({ level: 'info', name: 'order', destination: file }).info('hello');
    const deadline = performance.now() + 5_000;
    while (readFileSync(file, 'utf8') === '' && performance.now() < deadline) await new Promise((resolve) => setTimeout(resolve, 20));
    expect(JSON.parse(readFileSync(file, 'utf8'))).toMatchObject({ level: 'info', name: 'order', msg: 'hello' });
  });

  it('leaves out what is below its level', () => {
    const { logger, lines } = recordingLogger('info');
    logger.debug('quiet');
    logger.info('loud');
    expect(lines.map((line) => line.msg)).toEqual(['loud']);
  });

  it('tells of an error what happened, and never the statement or the values that a driver hangs on it', () => {
    const { logger, lines } = recordingLogger('info');
    const driverError = Object.assign(new Error('disk full'), { sql: "INSERT INTO t VALUES ('4111-1111')", errno: 1021 });
    const failed = Object.assign(new Error('disk full', { cause: driverError }), {
      ...{ query: 'INSERT INTO t VALUES (?)', parameters: ['4111-1111'], driverError, code: 'ER_DISK_FULL' },
    });
    logger.error({ err: failed }, 'A request failed unexpectedly');
    new NestLogger(logger).error(failed);
    logger.error({ err: 'no error at all' }, 'thrown');
    expect(lines).toMatchObject([
      { err: { type: 'Error', message: 'disk full: disk full', code: 'ER_DISK_FULL', stack: expect.stringContaining('logging.spec') } },
      { err: { code: 'ER_DISK_FULL' } },
      { err: { message: 'no error at all' } },
    ]);
    expect(JSON.stringify(lines)).not.toMatch(/4111|INSERT/);
  });

  it('says at once when its file cannot be opened', () => {
    expect(() => createLogger({ level: 'info', name: 'order', destination: join(folder, 'no', 'such') })).toThrow('ENOENT');
  });
});

describe("Nest's own messages", () => {
  it('keep the fields of what they are about', () => {
    const { logger, lines } = recordingLogger('trace');
    new NestLogger(logger).error(
      { message: 'the try failed', gid: 'g-1', branch: 'stock', op: 'try' },
      'Error: no\n at here',
      'Participant',
    );
    expect(lines).toMatchObject([
      { msg: 'the try failed', gid: 'g-1', branch: 'stock', op: 'try', context: 'Participant', level: 'error' },
    ]);
    expect(lines[0]).not.toHaveProperty('message');
  });

  it('become lines with the class that speaks', () => {
    const { logger, lines } = recordingLogger('trace');
    const nest = new NestLogger(logger);
    nest.log('Mapped {/v1}', 'RouterExplorer');
    nest.warn('careful');
    nest.error('it broke', 'Error: it broke\n at here', 'ExceptionsHandler');
    nest.error(new Error('thrown'));
    nest.debug({ a: 1 }, 'X');
    nest.verbose('v', 'X');
    expect(lines).toMatchObject([
      { level: 'info', msg: 'Mapped {/v1}', context: 'RouterExplorer' },
      { level: 'warn', msg: 'careful' },
      { level: 'error', msg: 'it broke', stack: 'Error: it broke\n at here', context: 'ExceptionsHandler' },
      { level: 'error', msg: 'thrown', err: { message: 'thrown' } },
      { level: 'debug', msg: '{"a":1}' },
      { level: 'trace', msg: 'v' },
    ]);
  });
});
