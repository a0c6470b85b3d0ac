/** One run of the fault campaign: where and when, and what each scenario found. */
import { execFileSync } from 'node:child_process';
import { arch, cpus, platform, release, totalmem } from 'node:os';
import type { Result } from '../run.js';

export interface Report {
  /** ISO 8601, when the run ended. */
  readonly at: string;
  /** With `+` behind it when the tree held changes that were not committed. */
  readonly commit: string;
  readonly machine: string;
  readonly scale: number;
  readonly results: readonly Result[];
}

const bytesPerGib = 1_073_741_824;

export function reportOf(results: readonly Result[], scale: number): Report {
  const cores = cpus();
  const machine = `${cores.length} cores of ${cores[0]?.model.trim() ?? 'an unknown make'}, ${Math.round(totalmem() / bytesPerGib)} GiB, ${platform()} ${release()} ${arch()}, Node ${process.version}`;
  return { at: new Date().toISOString(), commit: commit(), machine, scale, results };
}

function commit(): string {
  const git = (...args: readonly string[]) => execFileSync('git', args, { encoding: 'utf8', stdio: ['ignore', 'pipe', 'ignore'] }).trim();
  try {
    return `${git('rev-parse', '--short', 'HEAD')}${git('status', '--porcelain', '--untracked-files=no') === '' ? '' : '+'}`;
  } catch {
    return 'unknown (not a git checkout)';
  }
}
