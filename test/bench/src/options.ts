/** The command line of the benchmark. */
import { resolve } from 'node:path';
import { parseArgs } from 'node:util';
import { fullSettings, quickSettings, type Settings } from './settings.js';

export const help = `npm run bench -- [--scenario NAME]... [--quick] [--json FILE] [--report] [--list]
  --scenario NAME   only this one (may be given more than once); --list names them
  --quick           everything once and shortly, under three minutes: shows that it works, not how fast
  --json FILE       writes every figure by name
  --report          writes the figures into docs/performance.md and the plots beside it
  --from FILE       runs nothing: takes the figures of an earlier --json, for --report
  --round-ms N      how long one round of a loop, and a warm-up, lasts in milliseconds (default ${fullSettings.roundMs}; ${quickSettings.roundMs} with --quick)
  --rows N          finished rows, and rows at rest (default ${fullSettings.rows}; 5000000 needs some 10 GB of disk)
  --transactions N  after how many transactions the memory of the coordinator is looked at (default ${fullSettings.memoryTransactions})
  --profile DIR     coordinators leave CPU profiles (.cpuprofile) there; it slows them by some 5 %
  --target URL      measures another server as well, with the same driver in the same run; needs --wire
  --wire dtm        how that server is spoken to: POST /api/dtmsvr/submit
  --list            names and titles of the scenarios`;

/** A server of somebody else. */
export interface Target {
  readonly url: string;
  readonly wire: 'dtm';
}

export interface Options {
  readonly scenarios: readonly string[];
  readonly settings: Settings;
  readonly json: string | null;
  readonly from: string | null;
  /** Where coordinators leave CPU profiles, as an absolute path. */
  readonly profileFolder: string | null;
  readonly target: Target | null;
  readonly wantsReport: boolean;
  readonly wantsList: boolean;
  readonly wantsHelp: boolean;
}

/** Throws an Error with one line when the arguments are not understood. */
export function readOptions(args: readonly string[]): Options {
  const { values } = parseArgs({
    args: [...args],
    options: {
      scenario: { type: 'string', multiple: true, default: [] },
      quick: { type: 'boolean', default: false },
      json: { type: 'string' },
      report: { type: 'boolean', default: false },
      from: { type: 'string' },
      profile: { type: 'string' },
      'round-ms': { type: 'string' },
      rows: { type: 'string' },
      transactions: { type: 'string' },
      target: { type: 'string' },
      wire: { type: 'string' },
      list: { type: 'boolean', default: false },
      help: { type: 'boolean', default: false },
    },
  });
  const base = values.quick ? quickSettings : fullSettings;
  const roundMs = wholeNumber('--round-ms', values['round-ms']);
  return {
    scenarios: values.scenario,
    settings: {
      ...base,
      ...(roundMs === null ? {} : { roundMs, warmUpMs: roundMs }),
      rows: wholeNumber('--rows', values.rows) ?? base.rows,
      memoryTransactions: wholeNumber('--transactions', values.transactions) ?? base.memoryTransactions,
    },
    json: values.json ?? null,
    from: values.from ?? null,
    profileFolder: values.profile === undefined ? null : resolve(values.profile),
    target: targetOf(values.target, values.wire),
    wantsReport: values.report,
    wantsList: values.list,
    wantsHelp: values.help,
  };
}

function wholeNumber(option: string, text: string | undefined): number | null {
  if (text === undefined) return null;
  if (!/^[1-9][0-9]{0,8}$/.test(text)) throw new Error(`${option} must be a whole number from 1 to 999999999, not "${text}"`);
  return Number(text);
}

function targetOf(url: string | undefined, wire: string | undefined): Target | null {
  if (url === undefined && wire === undefined) return null;
  if (url === undefined) throw new Error('--wire says how --target is spoken to: give both');
  if (wire !== 'dtm') throw new Error(`--target needs --wire dtm${wire === undefined ? '' : `, not "${wire}"`}`);
  if (!URL.canParse(url) || !/^https?:$/.test(new URL(url).protocol)) {
    throw new Error(`--target must be a URL such as http://127.0.0.1:36789, not "${url}"`);
  }
  return { url, wire };
}
