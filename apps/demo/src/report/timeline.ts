/** One transaction in words: what was accepted, what each call answered, what was decided, each with its time since the beginning. */
import type { TransactionView } from '@assent/protocol';
import type { LoggedCall } from './call-log.js';

/** Several moments may fall into one millisecond: then causes come before what they cause. */
const rank = { accepted: 0, forward: 1, decided: 2, end: 3, final: 4 } as const;

interface Moment {
  readonly atMs: number;
  readonly rank: number;
  readonly words: string;
}

/** The lines of the story; the first is its heading. `begunBy` is whoever began it. */
export function timelineOf(view: TransactionView, calls: readonly LoggedCall[], begunBy: string): readonly string[] {
  const moments: Moment[] = [{ atMs: view.createdAtMs, rank: rank.accepted, words: accepted(view) }];
  for (const call of calls) {
    moments.push({ atMs: call.startedAtMs, rank: isForward(view, call) ? rank.forward : rank.end, words: callInWords(view, call) });
  }
  if (view.decision !== null) moments.push({ atMs: view.decision.atMs, rank: rank.decided, words: `decided: ${view.decision.kind}` });
  if (view.finishedAtMs !== null) moments.push({ atMs: view.finishedAtMs, rank: rank.final, words: view.status });
  moments.sort((a, b) => Math.round(a.atMs) - Math.round(b.atMs) || a.rank - b.rank);
  return [heading(view, begunBy), ...moments.map(({ atMs, words }) => `${since(view, atMs).padStart(6)} ms  ${words}`)];
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

function callInWords(view: TransactionView, call: LoggedCall): string {
  const what = `${contractOf(view, call.branch).padEnd(18)} ${call.op.padEnd(10)} ${call.outcome.padEnd(9)} in ${Math.round(call.durationMs)} ms`;
  if (call.outcome !== 'succeeded')
    return `${what}   ${[call.code, call.message].filter((part) => part !== undefined).join(': ')}`.trimEnd();
  return undidNothing(view, call) ? `${what}   (nothing to undo)` : what;
}

/** A rollback of a branch whose forward call was refused has nothing to undo; the participant's barrier answers it. */
function undidNothing(view: TransactionView, call: LoggedCall): boolean {
  const forward = view.branches.find(({ id }) => id === call.branch)?.forward;
  return view.decision?.kind === 'abort' && forward?.outcome === 'rejected' && forward.op !== call.op;
}

function isForward(view: TransactionView, call: LoggedCall): boolean {
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
