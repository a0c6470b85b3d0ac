/** What a process that fell had to say about it. */
import { readFileSync } from 'node:fs';

/** How our own processes say in a line why they end, and how Node does. */
const COMPLAINT = /^(?:assent coordinator: |\S+ cannot start: |\S*Error: )/;
const LONGEST = 300;

/**
 * The last complaint in the log from this byte on, or else its last line: what a process had gathered of its log may be written after its complaint.
 */
export function lastWords(logFile: string, fromByte: number): string {
  const text = readFileSync(logFile).subarray(fromByte).toString('utf8');
  const lines = text.split('\n').filter((line) => line.trim() !== '');
  const words = lines.findLast((line) => COMPLAINT.test(line)) ?? lines.at(-1) ?? 'it said nothing';
  return words.slice(0, LONGEST);
}
