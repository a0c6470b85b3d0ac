/**
 * One transcript per behaviour, compared as a whole. `UPDATE_GOLDEN=1 npx jest test/golden` rewrites them; a person reads the difference.
 */
import { readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { play } from './story.js';

const folder = join(__dirname);
const suffix = '.golden.txt';
const files = readdirSync(folder).filter((name) => name.endsWith(suffix));

/** The file name that a behaviour's sentence asks for. */
function fileNameOf(sentence: string): string {
  const words = sentence
    .toLowerCase()
    .replaceAll(/[^a-z0-9]+/g, '-')
    .replaceAll(/^-|-$/g, '');
  return `${words}${suffix}`;
}

describe('golden transcripts', () => {
  it('has a transcript for every behaviour a user would ask about', () => {
    expect(files.length).toBeGreaterThanOrEqual(35);
  });

  for (const file of files) {
    const path = join(folder, file);
    const transcript = readFileSync(path, 'utf8');
    const sentence = transcript.split('\n')[0]!.slice('# '.length);

    it(sentence, () => {
      expect(file).toBe(fileNameOf(sentence));
      const played = play(transcript);
      if (process.env.UPDATE_GOLDEN === '1') writeFileSync(path, played);
      else expect(played).toBe(transcript);
    });
  }
});
