/** What must be reached, and whether it was. The ratios are of one run on one machine; absolute figures of two machines do not compare. */
import type { Figures } from '../figures.js';

export interface Bar {
  readonly what: string;
  /** In words, with the unit. */
  readonly wanted: string;
  /** What it is judged by. */
  readonly figures: readonly string[];
  readonly isMet: (values: readonly number[]) => boolean;
  readonly show: (values: readonly number[]) => string;
}

export interface Verdict {
  readonly what: string;
  readonly wanted: string;
  readonly measured: string;
  readonly outcome: 'met' | 'missed' | 'not measured';
}

const LEASE_S = 5;
const ratio = ([value]: readonly number[]) => value!.toFixed(2);
const seconds = ([value]: readonly number[]) => `${value!.toFixed(2)} s`;
const atLeast = (bar: number) => (values: readonly number[]) => values[0]! >= bar;
const atMost = (bar: number) => (values: readonly number[]) => values[0]! <= bar;

export const bars: readonly Bar[] = [
  {
    what: '2-step saga, wait for the outcome, 64 in flight, against direct calls',
    wanted: '≥ 0.25',
    figures: ['saga.64.ratio'],
    isMet: atLeast(0.25),
    show: ([value]) => value!.toFixed(3),
  },
  {
    what: 'the same with roles, audit, metrics and logs on',
    wanted: '≥ 0.25',
    figures: ['secured.direct_ratio', 'secured.ratio'],
    isMet: atLeast(0.25),
    show: ([direct, without]) => `${direct!.toFixed(3)}, ${without!.toFixed(2)} of what it is without roles`,
  },
  {
    what: 'latency at one in flight (p50, warm), against direct calls plus two single-row commits',
    wanted: '≤ 2.0',
    figures: ['latency.ratio'],
    isMet: atMost(2),
    show: ratio,
  },
  {
    what: '2-branch TCC driven by the coordinator (4 calls), against the saga (2 calls)',
    wanted: '≥ 0.6',
    figures: ['tcc.ratio'],
    isMet: atLeast(0.6),
    show: ratio,
  },
  {
    what: '2-step saga over NATS, against the same over HTTP',
    wanted: '≥ 0.7',
    figures: ['nats.ratio'],
    isMet: atLeast(0.7),
    show: ratio,
  },
  {
    what: 'throughput of orders beside a participant that hangs, against normal',
    wanted: '> 0.8',
    figures: ['nats.beside_hanging_ratio'],
    isMet: ([value]) => value! > 0.8,
    show: ratio,
  },
  {
    what: 'commits at the database per transaction at 64 in flight',
    wanted: '≤ 0.2, or flush p50 < 1 ms',
    figures: ['saga.64.commits_per_tx', 'saga.64.flush_p50_ms'],
    isMet: ([commits, flushMs]) => commits! <= 0.2 || flushMs! < 1,
    show: ([commits, flushMs]) => `${commits!.toFixed(3)}, ${flushMs!.toFixed(2)} ms`,
  },
  {
    what: 'drain of a backlog of due transactions after a participant outage',
    wanted: '≥ 2,000/s, and no participant above its concurrency limit',
    figures: ['drain.tx_per_s', 'drain.most_calls_at_one_participant', 'drain.concurrency_limit'],
    isMet: ([perSecond, most, limit]) => perSecond! >= 2_000 && most! <= limit!,
    show: ([perSecond, most, limit]) => `${Math.round(perSecond!).toLocaleString('en')}/s, at most ${most} calls at one of ${limit}`,
  },
  {
    what: 'takeover after kill -9 of a node under load: all of its transactions moving again',
    wanted: `≤ 1.25 leases + 1 s (${1.25 * LEASE_S + 1} s)`,
    figures: ['takeover.killed_s'],
    isMet: atMost(1.25 * LEASE_S + 1),
    show: seconds,
  },
  {
    what: 'takeover of a paused node: all of its transactions moving again',
    wanted: `≤ 2.25 leases + 1 s (${2.25 * LEASE_S + 1} s)`,
    figures: ['takeover.paused_s'],
    isMet: atMost(2.25 * LEASE_S + 1),
    show: seconds,
  },
  {
    what: 'takeover of a node that is cut off from its database: all of its transactions moving again',
    wanted: `≤ 2.25 leases + 1 s (${2.25 * LEASE_S + 1} s)`,
    figures: ['takeover.cut-off_s'],
    isMet: atMost(2.25 * LEASE_S + 1),
    show: seconds,
  },
  {
    what: 'transactions at rest: growth of the memory of the node',
    wanted: '< 50 MB',
    figures: ['at-rest.memory_growth_mb', 'at-rest.rows'],
    isMet: ([growth]) => growth! < 50,
    show: ([growth, rows]) => `${growth!.toFixed(1)} MB with ${rows!.toLocaleString('en')}`,
  },
  {
    what: 'transactions at rest: time to claim a due one, against an otherwise empty store',
    wanted: 'flat (≤ 1.25)',
    figures: ['at-rest.claim_time_ratio', 'at-rest.rows'],
    isMet: atMost(1.25),
    show: ([value, rows]) => `${value!.toFixed(2)} with ${rows!.toLocaleString('en')}`,
  },
  {
    what: 'CPU of coordinator and database per transaction with finished rows, against an empty store',
    wanted: '≤ 1.15',
    figures: ['growth.cpu_ratio', 'growth.rows'],
    isMet: atMost(1.15),
    show: ([value, rows]) => `${value!.toFixed(2)} with ${rows!.toLocaleString('en')}`,
  },
  {
    what: 'time per transaction with finished rows, against an empty store',
    wanted: '≤ 1.15',
    figures: ['growth.time_ratio', 'growth.rows'],
    isMet: atMost(1.15),
    show: ([value, rows]) => `${value!.toFixed(2)} with ${rows!.toLocaleString('en')}`,
  },
  {
    what: 'two nodes on one database, against one, on this machine',
    wanted: '≥ 0.85',
    figures: ['two-nodes.ratio'],
    isMet: atLeast(0.85),
    show: ratio,
  },
  {
    what: 'memory of the coordinator at 64 in flight',
    wanted: 'flat (growth ≤ 1.10), < 300 MB',
    figures: ['memory.growth', 'memory.most_mb', 'memory.transactions'],
    isMet: ([growth, most]) => growth! <= 1.1 && most! < 300,
    show: ([growth, most, transactions]) =>
      `growth ${growth!.toFixed(2)}, at most ${most!.toFixed(0)} MB, after ${transactions!.toLocaleString('en')}`,
  },
];

/** A bar is judged when all of its figures were measured, and by nothing else. */
export function judge(figures: Figures, judged: readonly Bar[] = bars): readonly Verdict[] {
  return judged.map(({ what, wanted, figures: names, isMet, show }) => {
    const values = names.map((name) => figures.value(name)).filter((value) => value !== null);
    if (values.length < names.length) return { what, wanted, measured: '', outcome: 'not measured' };
    return { what, wanted, measured: show(values), outcome: isMet(values) ? 'met' : 'missed' };
  });
}
