/** What processes and the database say about themselves while they are measured. */
import { readFileSync } from 'node:fs';
import type mysql from 'mysql2/promise';
import { request } from 'undici';

/** Linux counts CPU time for user space in ticks of 10 ms (USER_HZ), whatever the kernel was built with. */
const TICK_US = 10_000;

/** CPU time a process has used, user and system, in microseconds; NaN where there is no /proc. */
export function cpuUs(pid: number | undefined): number {
  const stat = readProc(pid, 'stat');
  if (stat === null) return Number.NaN;
  // The name in parentheses may hold spaces: fields are counted from behind it. utime and stime are the 14th and 15th of all.
  const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ');
  return (Number(fields[11]) + Number(fields[12])) * TICK_US;
}

/** Memory a process holds (resident set), in megabytes; NaN where there is no /proc. */
export function residentMb(pid: number | undefined): number {
  const kb = /^VmRSS:\s+(\d+) kB$/m.exec(readProc(pid, 'status') ?? '')?.[1];
  return kb === undefined ? Number.NaN : Number(kb) / 1_024;
}

function readProc(pid: number | undefined, file: string): string | null {
  try {
    return readFileSync(`/proc/${pid}/${file}`, 'latin1');
  } catch {
    return null;
  }
}

/** Numbers of the server's `SHOW GLOBAL STATUS`, by name. */
export async function serverStatus(connection: mysql.Connection, name: string): Promise<number> {
  const [rows] = await connection.query<mysql.RowDataPacket[]>('SHOW GLOBAL STATUS WHERE Variable_name = ?', [name]);
  return Number(rows[0]?.Value ?? Number.NaN);
}

/** A scrape: values by series, as `name{label="value"}`. */
export type Scrape = ReadonlyMap<string, number>;

export async function scrape(coordinatorUrl: string): Promise<Scrape> {
  const answer = await request(`${coordinatorUrl}/metrics`);
  return readExposition(await answer.body.text());
}

/** Reads the Prometheus text format; comments are left out. */
export function readExposition(text: string): Scrape {
  const lines = text.split('\n').filter((line) => line !== '' && !line.startsWith('#'));
  return new Map(
    lines.map((line) => {
      const space = line.lastIndexOf(' ');
      return [line.slice(0, space), Number(line.slice(space + 1))];
    }),
  );
}

/** How much the sum over all series of this name has grown. */
export function growth(before: Scrape, after: Scrape, name: string): number {
  const sum = (scraped: Scrape) =>
    [...scraped].reduce((total, [series, value]) => (series === name || series.startsWith(`${name}{`) ? total + value : total), 0);
  return sum(after) - sum(before);
}

/**
 * The median of what a histogram saw between two scrapes, in the histogram's unit: linear within its bucket, as Prometheus estimates it. NaN when it saw
 * nothing.
 */
export function medianOfHistogram(before: Scrape, after: Scrape, name: string): number {
  const buckets = bucketsOf(before, after, name);
  const wanted = (buckets.at(-1)?.count ?? 0) / 2;
  if (wanted === 0) return Number.NaN;
  const index = buckets.findIndex(({ count }) => count >= wanted);
  const { upTo, count } = buckets[index]!;
  const below = buckets[index - 1] ?? { upTo: 0, count: 0 };
  if (upTo === Number.POSITIVE_INFINITY) return below.upTo;
  return below.upTo + ((upTo - below.upTo) * (wanted - below.count)) / (count - below.count);
}

/** Cumulative counts by upper bound, over all other labels. */
function bucketsOf(before: Scrape, after: Scrape, name: string): readonly { readonly upTo: number; readonly count: number }[] {
  const counts = new Map<number, number>();
  for (const [series, count] of after) {
    if (!series.startsWith(`${name}_bucket{`)) continue;
    const upTo = upperBound(series);
    counts.set(upTo, (counts.get(upTo) ?? 0) + count - (before.get(series) ?? 0));
  }
  return [...counts].map(([upTo, count]) => ({ upTo, count })).sort((a, b) => a.upTo - b.upTo);
}

function upperBound(series: string): number {
  const text = /le="([^"]+)"/.exec(series)?.[1];
  return text === '+Inf' ? Number.POSITIVE_INFINITY : Number(text);
}
