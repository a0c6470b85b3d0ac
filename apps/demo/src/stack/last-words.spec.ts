import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { lastWords } from './last-words.js';

const EARLIER = 'assent coordinator: Port 4100 is in use; stop what listens there.\n';
const LISTENING = '{"level":"info","msg":"listening"}\n';

describe('what is told of a process that fell', () => {
  let folder: string;
  beforeEach(() => {
    folder = mkdtempSync(join(tmpdir(), 'assent-words-'));
  });
  afterEach(() => rmSync(folder, { recursive: true }));

  it.each([
    [
      'its complaint, though its log came after it',
      `assent coordinator: Another coordinator is using it\n${LISTENING}`,
      'Another coordinator is using it',
    ],
    ['why a service cannot start', `order cannot start: port 4101 is in use\n    at somewhere\n`, 'port 4101 is in use'],
    ['the error that Node names', `TypeError: x is not a function\n    at somewhere\n`, 'TypeError: x is not'],
    ['its last line, when it named no error', LISTENING, '"msg":"listening"'],
    ['that it said nothing, though one before it had', '', 'it said nothing'],
  ])('is %s', (_what, written, told) => {
    const logFile = join(folder, 'process.log');
    writeFileSync(logFile, EARLIER + written);
    expect(lastWords(logFile, EARLIER.length)).toContain(told);
  });
});
