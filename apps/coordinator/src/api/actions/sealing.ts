/** What the participant's answer to a seal means for an op that a person wants to settle. Pure. */
import type { Sealing } from '@assent/engine';
import type { ErrorCode } from '../../errors/index.js';

export interface SealVerdict {
  /** `null`: the op may be settled as asked. */
  readonly objection: { readonly code: Extract<ErrorCode, 'not_sealed' | 'had_run'>; readonly detail: string } | null;
  /** For the audit. */
  readonly seal: string;
}

/** Refusals of the barrier which say that the op has not run and never will. */
const NEVER: ReadonlySet<string> = new Set(['not_prepared', 'already_rolled_back', 'already_committed', 'rolled_back', 'sealed']);

/** @param op the op that is settled, @param outcome how the person says that it ended. */
export function verdictOf(sealing: Sealing, op: string, outcome: 'succeeded' | 'failed'): SealVerdict {
  if (sealing.kind === 'unreachable') {
    const why = `${sealing.code}: ${sealing.message.replace(/\.$/, '')}`;
    const detail = `The participant could not be told: ${why}. Send "force": true if no call can arrive any more.`;
    return { objection: { code: 'not_sealed', detail }, seal: `unreachable: ${sealing.code}` };
  }
  if (sealing.kind === 'refused') return ofRefusal(sealing, op, outcome);
  const { report } = sealing;
  const held = `${report.op} ${report.outcome}`;
  if (report.sealed) return { objection: null, seal: 'sealed' };
  if (report.outcome === 'pending') {
    return { objection: { code: 'not_sealed', detail: `${report.op} is still being worked on at the participant.` }, seal: held };
  }
  const hadRun = report.op === op && report.outcome === 'succeeded';
  const agrees = hadRun ? outcome === 'succeeded' : outcome === 'failed';
  return { objection: agrees ? null : { code: 'had_run', detail: `The participant holds ${held} of this branch.` }, seal: held };
}

function ofRefusal(refusal: { readonly code: string; readonly message: string }, op: string, outcome: 'succeeded' | 'failed'): SealVerdict {
  const { code, message } = refusal;
  const seal = `refused: ${code}`;
  if (!NEVER.has(code)) return { objection: { code: 'not_sealed', detail: `The participant refused: ${code}: ${message}` }, seal };
  if (outcome === 'failed') return { objection: null, seal };
  return { objection: { code: 'had_run', detail: `${op} has not run, and cannot any more: ${code}: ${message}` }, seal };
}
