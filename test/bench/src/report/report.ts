/** One run: its figures, and what they were measured on. */
import { execFileSync } from 'node:child_process';
import { cpus, totalmem } from 'node:os';
import { Figures } from '../figures.js';
import type { Settings } from '../settings.js';
import { judge, type Verdict } from './bars.js';

export interface Report {
  readonly at: string;
  /** The commit that the build is of; with `+`, when the tree held more. */
  readonly commit: string;
  readonly machine: string;
  readonly node: string;
  readonly database: string | null;
  /** As typed behind `npm run bench --`, but for where the figures go. */
  readonly arguments: readonly string[];
  readonly rounds: number;
  readonly roundMs: number;
  readonly isQuick: boolean;
  readonly figures: ReturnType<Figures['all']>;
  readonly bars: readonly Verdict[];
  /** Scenarios that did not come to an end, and why. */
  readonly broken: Readonly<Record<string, string>>;
}

export interface Run {
  readonly startedAt: Date;
  readonly args: readonly string[];
  readonly settings: Settings;
  readonly figures: Figures;
  readonly database: string | null;
  readonly broken: Readonly<Record<string, string>>;
}

export function reportOf({ startedAt, args, settings, figures, database, broken }: Run, commit: string): Report {
  const processors = cpus();
  return {
    at: startedAt.toISOString(),
    commit,
    machine: `${processors.length} × ${processors[0]?.model.trim() ?? 'unknown'}, ${Math.round(totalmem() / 2 ** 30)} GB`,
    node: process.version,
    database,
    arguments: withoutFiles(args),
    rounds: settings.rounds,
    roundMs: settings.roundMs,
    isQuick: settings.isQuick,
    figures: figures.all(),
    bars: judge(figures),
    broken,
  };
}

/** What decides about figures. Folders and files of somebody's machine do not. */
function withoutFiles(args: readonly string[]): readonly string[] {
  const isAboutFigures = (arg: string, index: number) => !/^--(json|report)\b/.test(arg) && args[index - 1] !== '--json';
  return args.flatMap((arg, index) => (!isAboutFigures(arg, index) ? [] : args[index - 1] === '--profile' ? ['DIR'] : [arg]));
}

/** Where git is, the commit at hand; read at the start, because the tree goes on. */
export function commitAtHand(): string {
  const git = (...args: readonly string[]) => execFileSync('git', args, { encoding: 'utf8', stdio: ['ignore', 'pipe', 'ignore'] }).trim();
  try {
    return `${git('rev-parse', '--short', 'HEAD')}${git('status', '--porcelain', '--', 'apps', 'libs') === '' ? '' : '+'}`;
  } catch {
    return 'unknown';
  }
}

/** The figures of a report, by name. */
export function figuresOf(report: Report): Figures {
  return new Figures(report.figures);
}
