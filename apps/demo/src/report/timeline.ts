/** One transaction in words: what was accepted, what each call answered, what was decided, each with its time since the beginning. */
import { acceptedInWords, labelOf, type Moment, momentsOf, type TimelineCall, type TransactionView } from '@assent/protocol';
import type { LoggedCall } from './call-log.js';

/** The lines of the story; the first is its heading. `begunBy` is whoever began it. */
export function timelineOf(view: TransactionView, calls: readonly LoggedCall[], begunBy: string): readonly string[] {
  const told = calls.map((call) => ({ ...call, attempt: null }));
  const moments = momentsOf(view, told, []).filter(({ kind }) => kind !== 'deed');
  return [heading(view, begunBy), ...moments.map((moment) => `${timeOf(view, moment).padStart(9)}  ${inWords(view, moment)}`)];
}

function timeOf(view: TransactionView, { atMs, known }: Moment): string {
  return known === 'time' ? `${since(view, atMs)} ms` : '';
}

function inWords(view: TransactionView, moment: Moment): string {
  if (moment.kind === 'accepted') return acceptedInWords(view);
  if (moment.kind === 'decided') return `decided: ${view.decision?.kind ?? ''}`;
  return moment.kind === 'call' ? callInWords(view, moment.call, moment.undid) : view.status;
}

function heading(view: TransactionView, begunBy: string): string {
  const took = view.finishedAtMs === null ? '' : ` after ${since(view, view.finishedAtMs)} ms`;
  const reason = view.decision?.reason;
  const why =
    reason === undefined ? '' : `: ${reason.branch === undefined ? '' : `${serviceOf(view, reason.branch)} refused, `}${reason.code}`;
  return `${view.gid}  ${view.name} by ${view.pattern === 'tcc' ? 'TCC' : view.pattern}, begun by ${begunBy}, ${view.status}${took}${why}`;
}

function callInWords(view: TransactionView, call: TimelineCall, undid: 'something' | 'nothing'): string {
  const took = call.durationMs === null ? '' : ` in ${Math.round(call.durationMs)} ms`;
  const what = `${labelOf(view, call.branch).padEnd(18)} ${call.op.padEnd(10)} ${call.outcome.padEnd(9)}${took}`.trimEnd();
  if (call.outcome !== 'succeeded')
    return `${what}   ${[call.code, call.message].filter((part) => part !== undefined).join(': ')}`.trimEnd();
  return undid === 'nothing' ? `${what}   (nothing to undo)` : what;
}

function serviceOf(view: TransactionView, id: string): string {
  return labelOf(view, id).split('.')[0] ?? id;
}

function since(view: TransactionView, atMs: number): string {
  return String(Math.max(0, Math.round(atMs - view.createdAtMs)));
}
