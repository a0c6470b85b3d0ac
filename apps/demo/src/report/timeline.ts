/** One transaction in words: what was accepted, what each call answered, what was decided, each with its time since the beginning. */
import type { OpView, TransactionView } from '@assent/protocol';
import type { LoggedCall } from './call-log.js';

/** Several moments may fall into one millisecond: then causes come before what they cause. */
const rank = { accepted: 0, forward: 1, decided: 2, end: 3, final: 4 } as const;

interface Moment {
  readonly atMs: number;
  /** False when only the order is known: a call that no log line tells of. */
  readonly isTimed: boolean;
  readonly rank: number;
  readonly words: string;
}

/** A call as it is told: of one that is not in the log only the outcome is known. */
type ToldCall = Omit<LoggedCall, 'durationMs'> & { readonly durationMs: number | null };

/** The lines of the story; the first is its heading. `begunBy` is whoever began it. */
export function timelineOf(view: TransactionView, calls: readonly LoggedCall[], begunBy: string): readonly string[] {
  const moments: Moment[] = [timed(view.createdAtMs, rank.accepted, accepted(view))];
  for (const call of [...calls, ...unloggedCalls(view, calls)]) {
    const isTimed = call.durationMs !== null;
    moments.push({
      atMs: call.startedAtMs,
      isTimed,
      rank: isForward(view, call) ? rank.forward : rank.end,
      words: callInWords(view, call),
    });
  }
  if (view.decision !== null) moments.push(timed(view.decision.atMs, rank.decided, `decided: ${view.decision.kind}`));
  if (view.finishedAtMs !== null) moments.push(timed(view.finishedAtMs, rank.final, view.status));
  moments.sort((a, b) => Math.round(a.atMs) - Math.round(b.atMs) || a.rank - b.rank);
  return [heading(view, begunBy), ...moments.map((moment) => `${timeOf(view, moment).padStart(9)}  ${moment.words}`)];
}

function timed(atMs: number, rankOfIt: number, words: string): Moment {
  return { atMs, isTimed: true, rank: rankOfIt, words };
}

/** What the transaction itself says of ops that no log line tells of: after the beginning, or after the decision. */
function unloggedCalls(view: TransactionView, calls: readonly LoggedCall[]): readonly ToldCall[] {
  const untold = (branch: string, op: OpView | null, startedAtMs: number): readonly ToldCall[] => {
    if (op === null || op.attempts === 0 || calls.some((call) => call.branch === branch && call.op === op.op)) return [];
    return [{ branch, op: op.op, outcome: op.outcome, startedAtMs, durationMs: null, ...op.problem }];
  };
  const decidedAtMs = view.decision?.atMs ?? view.createdAtMs;
  return view.branches.flatMap(({ id, forward, end }) => [...untold(id, forward, view.createdAtMs), ...untold(id, end, decidedAtMs)]);
}

function timeOf(view: TransactionView, { atMs, isTimed }: Moment): string {
  return isTimed ? `${since(view, atMs)} ms` : '';
}

function heading(view: TransactionView, begunBy: string): string {
  const took = view.finishedAtMs === null ? '' : ` after ${since(view, view.finishedAtMs)} ms`;
  const reason = view.decision?.reason;
  const why =
    reason === undefined ? '' : `: ${reason.branch === undefined ? '' : `${serviceOf(view, reason.branch)} refused, `}${reason.code}`;
  return `${view.gid}  ${view.name} by ${view.pattern === 'tcc' ? 'TCC' : view.pattern}, begun by ${begunBy}, ${view.status}${took}${why}`;
}

function accepted({ deadlineAtMs, createdAtMs, policy }: TransactionView): string {
  const deadline = deadlineAtMs === null ? 'no deadline' : `deadline ${Math.round((deadlineAtMs - createdAtMs) / 1000)} s`;
  return `accepted (${deadline}, policy ${policy.name} v${policy.version})`;
}

function callInWords(view: TransactionView, call: ToldCall): string {
  const took = call.durationMs === null ? '' : ` in ${Math.round(call.durationMs)} ms`;
  const what = `${contractOf(view, call.branch).padEnd(18)} ${call.op.padEnd(10)} ${call.outcome.padEnd(9)}${took}`.trimEnd();
  if (call.outcome !== 'succeeded')
    return `${what}   ${[call.code, call.message].filter((part) => part !== undefined).join(': ')}`.trimEnd();
  return undidNothing(view, call) ? `${what}   (nothing to undo)` : what;
}

/** A rollback of a branch whose forward call was refused has nothing to undo; the participant's barrier answers it. */
function undidNothing(view: TransactionView, call: ToldCall): boolean {
  const forward = view.branches.find(({ id }) => id === call.branch)?.forward;
  return view.decision?.kind === 'abort' && forward?.outcome === 'rejected' && forward.op !== call.op;
}

function isForward(view: TransactionView, call: ToldCall): boolean {
  return view.branches.find(({ id }) => id === call.branch)?.forward?.op === call.op;
}

function contractOf(view: TransactionView, id: string): string {
  return view.branches.find((branch) => branch.id === id)?.contract ?? id;
}

function serviceOf(view: TransactionView, id: string): string {
  return contractOf(view, id).split('.')[0] ?? id;
}

function since(view: TransactionView, atMs: number): string {
  return String(Math.max(0, Math.round(atMs - view.createdAtMs)));
}
