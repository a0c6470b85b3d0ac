/** What happened to one transaction, in order: its acceptance, the calls, the decision, what people did, its end. Data only; words are beside it. */
import type { EpochMs } from '../model/ids.js';
import type { PolicyRef } from '../model/policy.js';
import type { OpView, TransactionView } from '../model/view.js';

/** One call that ended, as a log or the table of failed attempts tells it. */
export interface TimelineCall {
  readonly branch: string;
  readonly op: string;
  /** Counts the calls of (branch, op); `null` where only the last one is known. */
  readonly attempt: number | null;
  readonly startedAtMs: EpochMs;
  /** `null`: nobody kept it. */
  readonly durationMs: number | null;
  readonly outcome: string;
  readonly code?: string;
  readonly message?: string;
}

/** What a person did to it, or was refused. */
export interface TimelineDeed {
  readonly atMs: EpochMs;
  readonly principal: string;
  readonly action: string;
  readonly reason: string;
  readonly outcome: string;
  /** What it was about, where it was about a part only: a branch, and of one settled by hand the op and how it was said to have ended; a policy. */
  readonly branch?: string;
  readonly op?: string;
  readonly as?: string;
  readonly policy?: PolicyRef;
  /** Although the participant could not be told, or held something else. */
  readonly forced?: true;
  /** Who else agreed. */
  readonly approvedBy?: string;
}

export type Moment = {
  readonly atMs: EpochMs;
  /** `order`: only its place is known, because nobody kept the time of a call that went well. */
  readonly known: 'time' | 'order';
} & (
  | { readonly kind: 'decided' | 'finished' }
  /** `changed`: the policy that it has now is not the one that it was accepted with. */
  | { readonly kind: 'accepted'; readonly policy: 'as_begun' | 'changed' }
  | { readonly kind: 'call'; readonly call: TimelineCall; readonly undid: 'something' | 'nothing' }
  | { readonly kind: 'deed'; readonly deed: TimelineDeed }
);

/** Several moments may fall into one millisecond: then causes come before what they cause. */
const rank = { accepted: 0, forward: 1, deed: 2, decided: 3, end: 4, finished: 5 } as const;

/**
 * The moments of a transaction in their order. Calls that went well leave no row, so those that `calls` does not tell of are taken from the
 * transaction itself: after the beginning, or after the decision.
 */
export function momentsOf(view: TransactionView, calls: readonly TimelineCall[], deeds: readonly TimelineDeed[]): readonly Moment[] {
  const policy = deeds.some(({ action, outcome }) => action === 'change-policy' && outcome === 'done') ? 'changed' : 'as_begun';
  const moments: { readonly moment: Moment; readonly rank: number }[] = [
    { moment: { atMs: view.createdAtMs, known: 'time', kind: 'accepted', policy }, rank: rank.accepted },
  ];
  for (const call of calls) moments.push(callMoment(view, call, 'time'));
  const decidedAtMs = placeOfDecision(view, calls);
  for (const call of untoldCalls(view, decidedAtMs, calls)) moments.push(callMoment(view, call, 'order'));
  for (const deed of deeds) moments.push({ moment: { atMs: deed.atMs, known: 'time', kind: 'deed', deed }, rank: rank.deed });
  if (view.decision !== null) {
    const known = view.decision.atMs === null ? 'order' : 'time';
    moments.push({ moment: { atMs: decidedAtMs, known, kind: 'decided' }, rank: rank.decided });
  }
  if (view.finishedAtMs !== null)
    moments.push({ moment: { atMs: view.finishedAtMs, known: 'time', kind: 'finished' }, rank: rank.finished });
  moments.sort((a, b) => Math.round(a.moment.atMs) - Math.round(b.moment.atMs) || a.rank - b.rank);
  return moments.map(({ moment }) => moment);
}

function callMoment(view: TransactionView, call: TimelineCall, known: Moment['known']): { moment: Moment; rank: number } {
  const undid = undidNothing(view, call) ? 'nothing' : 'something';
  const moment: Moment = { atMs: call.startedAtMs, known, kind: 'call', call, undid };
  return { moment, rank: isForward(view, call) ? rank.forward : rank.end };
}

/** When it was decided; where that is not known, behind every forward call. */
function placeOfDecision(view: TransactionView, calls: readonly TimelineCall[]): EpochMs {
  const known = view.decision?.atMs ?? null;
  if (known !== null) return known;
  return calls.reduce((latest, call) => (isForward(view, call) ? Math.max(latest, call.startedAtMs) : latest), view.createdAtMs);
}

function untoldCalls(view: TransactionView, decidedAtMs: EpochMs, calls: readonly TimelineCall[]): readonly TimelineCall[] {
  return view.branches.flatMap(({ id, forward, end }) => [
    ...untold(id, forward, view.createdAtMs, calls),
    ...untold(id, end, decidedAtMs, calls),
  ]);
}

/** An op that was called and of whose end no line tells. */
function untold(branch: string, op: OpView | null, startedAtMs: EpochMs, calls: readonly TimelineCall[]): readonly TimelineCall[] {
  if (op === null || op.attempts === 0) return [];
  const told = calls.some((call) => call.branch === branch && call.op === op.op && call.outcome === op.outcome);
  const isOpen = op.outcome === 'waiting' || op.outcome === 'in_flight' || op.outcome === 'none';
  const isTold = told || (op.outcome !== 'succeeded' && calls.some((call) => call.branch === branch && call.op === op.op));
  if (isTold || isOpen) return [];
  const lastMs = Math.max(
    startedAtMs,
    ...calls.filter((call) => call.branch === branch && call.op === op.op).map((call) => call.startedAtMs),
  );
  return [{ branch, op: op.op, attempt: null, outcome: op.outcome, startedAtMs: lastMs, durationMs: null, ...op.problem }];
}

/** A rollback of a branch whose forward call was refused has nothing to undo; the participant's barrier answers it. */
function undidNothing(view: TransactionView, call: TimelineCall): boolean {
  const forward = view.branches.find(({ id }) => id === call.branch)?.forward;
  return call.outcome === 'succeeded' && view.decision?.kind === 'abort' && forward?.outcome === 'rejected' && forward.op !== call.op;
}

function isForward(view: TransactionView, call: TimelineCall): boolean {
  return view.branches.find(({ id }) => id === call.branch)?.forward?.op === call.op;
}
