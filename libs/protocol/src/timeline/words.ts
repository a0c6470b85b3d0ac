/** A transaction in a sentence, and its moments in words: what somebody reads who was woken at night. Times are UTC. */
import type { Attention } from '../api.js';
import type { EpochMs } from '../model/ids.js';
import type { BranchView, OpView, TransactionView } from '../model/view.js';
import type { Moment, TimelineDeed } from './moments.js';

/** Parts of the headline that tell of single branches; more are counted. */
const MOST_TOLD = 3;

/** Why the calls of a branch are held back, by its id. */
type Holds = ReadonlyMap<string, Attention>;

/**
 * How the transaction stands at `nowMs`, for example `ABORT decided 02:14:03 by deadline 30 s; 2 of 3 undone; waiting for payment.cancel, attempt 7,
 * next in 72 s`. `attention`: what is known of why it waits.
 */
export function headlineOf(view: TransactionView, nowMs: EpochMs, attention: readonly Attention[] = []): string {
  const holds = new Map(attention.filter(({ kind }) => kind === 'waiting').map((row) => [row.branch, row]));
  const parts = [standingOf(view), countOf(view), ...waitsOf(view, nowMs, holds)];
  if (view.paused) parts.push('PAUSED: nothing is sent');
  if (view.mixed) parts.push('ended MIXED: a branch never followed the decision');
  return parts.filter((part) => part !== '').join('; ');
}

/** One moment in words, without its time. */
export function momentInWords(view: TransactionView, moment: Moment): string {
  switch (moment.kind) {
    case 'accepted':
      return moment.policy === 'changed' ? 'accepted (under another policy than it has now)' : acceptedInWords(view);
    case 'decided':
      return `decided: ${view.decision?.kind ?? ''}${reasonInWords(view)}`;
    case 'finished':
      return view.mixed ? `${view.status}, mixed` : view.status;
    case 'deed':
      return deedInWords(view, moment.deed);
    case 'call': {
      const { branch, op, attempt, outcome, durationMs, code, message } = moment.call;
      const number = attempt === null ? '' : ` attempt ${attempt}`;
      const took = durationMs === null ? '' : ` in ${Math.round(durationMs)} ms`;
      const why = outcome === 'succeeded' ? '' : problemInWords({ code, message });
      const nothing = moment.undid === 'nothing' ? ' (nothing to undo)' : '';
      return `${labelOf(view, branch)} ${op}${number} ${outcome}${took}${why}${nothing}`;
    }
  }
}

/** `ada: resolve payment.freeze cancel as succeeded by force (approved by ben), because the bank has called`. */
function deedInWords(view: TransactionView, deed: TimelineDeed): string {
  const { principal, action, reason, outcome, branch, op, as, policy, forced, approvedBy } = deed;
  const parts = [
    branch === undefined ? '' : ` ${labelOf(view, branch)}`,
    op === undefined ? '' : ` ${op}`,
    as === undefined ? '' : ` as ${as}`,
    policy === undefined ? '' : ` to ${policy.name} v${policy.version}`,
    forced === true ? ' by force' : '',
    approvedBy === undefined ? '' : ` (approved by ${approvedBy})`,
    outcome === 'done' ? '' : ` (${outcome})`,
    reason === '' ? '' : `, because ${reason}`,
  ];
  return `${principal}: ${action}${parts.join('')}`;
}

/** `accepted (deadline 30 s, policy standard v1)`. */
export function acceptedInWords({ deadlineAtMs, createdAtMs, policy }: TransactionView): string {
  const deadline = deadlineAtMs === null ? 'no deadline' : `deadline ${durationInWords(deadlineAtMs - createdAtMs)}`;
  return `accepted (${deadline}, policy ${policy.name} v${policy.version})`;
}

/** What a branch is called: its contract, else its id. */
export function labelOf(view: TransactionView, branch: string): string {
  return view.branches.find(({ id }) => id === branch)?.contract ?? branch;
}

/** The time of day of a moment, UTC, with the date where it is another day than that of `besideMs`. */
export function timeInWords(atMs: EpochMs, besideMs: EpochMs): string {
  const days = Math.floor(atMs / DAY_MS);
  const seconds = Math.floor((atMs - days * DAY_MS) / 1_000);
  const time = [Math.floor(seconds / 3_600), Math.floor(seconds / 60) % 60, seconds % 60]
    .map((part) => String(part).padStart(2, '0'))
    .join(':');
  return days === Math.floor(besideMs / DAY_MS) ? time : `${dateInWords(days)} ${time}`;
}

const DAY_MS = 86_400_000;

/**
 * The civil date of a day since the epoch. Algorithm: Howard Hinnant, "chrono-Compatible Low-Level Date Algorithms" (`civil_from_days`); the
 * protocol asks no clock and no library.
 */
function dateInWords(daysSinceEpoch: number): string {
  const shifted = daysSinceEpoch + 719_468;
  const era = Math.floor(shifted / 146_097);
  const dayOfEra = shifted - era * 146_097;
  const yearOfEra = Math.floor(
    (dayOfEra - Math.floor(dayOfEra / 1_460) + Math.floor(dayOfEra / 36_524) - Math.floor(dayOfEra / 146_096)) / 365,
  );
  const dayOfYear = dayOfEra - (365 * yearOfEra + Math.floor(yearOfEra / 4) - Math.floor(yearOfEra / 100));
  const month = Math.floor((5 * dayOfYear + 2) / 153);
  const day = dayOfYear - Math.floor((153 * month + 2) / 5) + 1;
  const year = yearOfEra + era * 400 + (month >= 10 ? 1 : 0);
  return [String(year).padStart(4, '0'), month < 10 ? month + 3 : month - 9, day].map((part) => String(part).padStart(2, '0')).join('-');
}

/** `800 ms`, `72 s`, `5 min`, `3 h`, `2 d`: the largest unit that still tells two neighbours apart. */
export function durationInWords(ms: number): string {
  const whole = Math.max(0, Math.round(ms));
  if (whole < 1_000) return `${whole} ms`;
  const units: readonly (readonly [number, number, string])[] = [
    [1_000, 120_000, 's'],
    [60_000, 7_200_000, 'min'],
    [3_600_000, 172_800_000, 'h'],
  ];
  for (const [unit, below, name] of units) if (whole < below) return `${Math.round(whole / unit)} ${name}`;
  return `${Math.round(whole / DAY_MS)} d`;
}

function standingOf(view: TransactionView): string {
  const { decision, finishedAtMs, createdAtMs, deadlineAtMs } = view;
  if (decision === null) {
    const deadline = deadlineAtMs === null ? 'no deadline' : `deadline ${timeInWords(deadlineAtMs, createdAtMs)}`;
    return `not decided, begun ${timeInWords(createdAtMs, createdAtMs)}, ${deadline}`;
  }
  const when = decision.atMs === null ? '' : ` ${timeInWords(decision.atMs, createdAtMs)}`;
  const decided = `${decision.kind.toUpperCase()} decided${when}${reasonInWords(view)}`;
  return finishedAtMs === null ? decided : `${decided}; ${view.status.toUpperCase()} ${timeInWords(finishedAtMs, createdAtMs)}`;
}

function reasonInWords(view: TransactionView): string {
  const reason = view.decision?.reason;
  if (reason === undefined) return '';
  const { code, message, branch } = reason;
  if (code === 'deadline')
    return view.deadlineAtMs === null ? ' by deadline' : ` by deadline ${durationInWords(view.deadlineAtMs - view.createdAtMs)}`;
  if (code === 'attempts_exhausted') return ` because ${message}`;
  if (branch === undefined) return ` by request: ${code}${message === '' ? '' : `: ${message}`}`;
  return ` because ${labelOf(view, branch)} refused: ${code}${message === '' ? '' : `: ${message}`}`;
}

const DONE: ReadonlySet<OpView['outcome']> = new Set(['succeeded', 'by_hand']);

function countOf(view: TransactionView): string {
  const { decision, branches } = view;
  const legs = branches.map((branch) => (decision === null ? branch.forward : branch.end));
  const owed = legs.filter((leg) => leg !== null && leg.outcome !== 'skipped');
  const done = owed.filter((leg) => leg !== null && DONE.has(leg.outcome)).length;
  if (decision === null) return branches.length === 0 ? 'no branches yet' : `${done} of ${branches.length} done`;
  // Retention takes the branches away: what was undone then is not known any more.
  if (owed.length === 0) return decision.kind === 'abort' && branches.length > 0 ? 'nothing to undo' : '';
  return `${done} of ${owed.length} ${decision.kind === 'abort' ? 'undone' : 'confirmed'}`;
}

/** Whom it waits for: calls in the air, retries, and what only a person moves, that first. */
function waitsOf(view: TransactionView, nowMs: EpochMs, holds: Holds): readonly string[] {
  if (view.finishedAtMs !== null) return [];
  const called = view.branches.flatMap((branch) => {
    const leg = view.decision === null ? branch.forward : branch.end;
    const words = leg === null ? '' : waitInWords(view, branch, leg, nowMs, holdInWords(view, holds.get(branch.id)));
    return words === '' ? [] : [{ words, isParked: branch.attention === 'parked' }];
  });
  const open = called.length > 0 || view.paused ? called : unsentOf(view, holds).map((words) => ({ words, isParked: false }));
  const told = [...open.filter(({ isParked }) => isParked), ...open.filter(({ isParked }) => !isParked)].map(({ words }) => words);
  const more = told.length - MOST_TOLD;
  if (told.length === 0 && view.decision === null && view.driver === 'initiator') return ['waiting for its initiator'];
  return more > 0 ? [...told.slice(0, MOST_TOLD), `and ${more} more`] : told;
}

/** Whose turn it is, where nobody has been called: the participant is held back, or the call is about to leave. */
function unsentOf(view: TransactionView, holds: Holds): readonly string[] {
  const done = new Set(view.branches.filter(({ forward }) => forward === null || DONE.has(forward.outcome)).map(({ id }) => id));
  return view.branches.flatMap((branch) => {
    const leg = view.decision === null ? branch.forward : branch.end;
    if (leg === null || leg.outcome !== 'none' || branch.run === 'self') return [];
    const isItsTurn = view.decision !== null || branch.after.every((id) => done.has(id));
    return isItsTurn ? [`waiting for ${opName(view, branch, leg)}, not sent yet${holdInWords(view, holds.get(branch.id))}`] : [];
  });
}

/** Why a call does not leave, to stand behind the name of the op; empty when nothing is known to hold it back. */
function holdInWords({ createdAtMs }: TransactionView, hold: Attention | undefined): string {
  if (hold === undefined) return '';
  const why = HOLDS[hold.code]?.(hold.participant) ?? `${hold.participant}: ${hold.code}`;
  return `: ${why} since ${timeInWords(hold.sinceMs, createdAtMs)}`;
}

const HOLDS: Readonly<Record<string, (participant: string) => string>> = {
  breaker_open: (participant) => `the circuit breaker of ${participant} is open`,
  dispatch_paused: (participant) => `somebody has paused ${participant}`,
  participant_busy: (participant) => `${participant} has more calls than it may be given`,
};

function waitInWords(view: TransactionView, branch: BranchView, leg: OpView, nowMs: EpochMs, held: string): string {
  const name = opName(view, branch, leg);
  if (branch.attention === 'parked' && leg.outcome === 'unknown') return `${name} is PARKED${problemInWords(leg.problem ?? {})}`;
  const next = held !== '' ? held : leg.nextAtMs === undefined ? '' : `, next in ${durationInWords(leg.nextAtMs - nowMs)}`;
  if (leg.outcome === 'in_flight') return `waiting for ${name}, attempt ${leg.attempts} in the air`;
  if (leg.outcome === 'pending') return `waiting for ${name}, which is still working${next}`;
  return leg.outcome === 'waiting' ? `waiting for ${name}, attempt ${leg.attempts}${next}${problemInWords(leg.problem ?? {})}` : '';
}

/** `payment.cancel`, and with the branch where the participant has several. */
function opName(view: TransactionView, branch: BranchView, leg: OpView): string {
  if (branch.contract === undefined) return `${branch.id} ${leg.op}`;
  const service = serviceOf(branch.contract);
  const isOnly = view.branches.filter(({ contract }) => contract !== undefined && serviceOf(contract) === service).length === 1;
  return isOnly ? `${service}.${leg.op}` : `${service}.${leg.op} of ${branch.id}`;
}

function serviceOf(contract: string): string {
  return contract.split('.')[0] ?? contract;
}

function problemInWords({ code, message }: { readonly code?: string; readonly message?: string }): string {
  const parts = [code, message].filter((part) => part !== undefined && part !== '');
  return parts.length === 0 ? '' : ` (${parts.join(': ')})`;
}
