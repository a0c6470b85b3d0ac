/** What may be asked of a transaction as it stands: every intervention is tried on the machine, which changes nothing. */
import { type Op, type Policy, step, type Transaction, view } from '@assent/protocol';
import { type Deed, type Intervention, interventionEvent, refusalOf } from './deed.js';

export interface Choice {
  readonly kind: Intervention['kind'];
  /** What it may be asked of: branches, and for `resolve` their ops. Empty for what concerns the whole transaction. */
  readonly targets: readonly { readonly branch: string; readonly op?: Op }[];
  /** Why it may not be asked now; `null`: it may. */
  readonly refusal: { readonly code: string; readonly detail: string } | null;
}

type Tried = Pick<Choice, 'refusal'> & { readonly target: Choice['targets'][number] | null };

const NO_BRANCHES = { code: 'unknown_branch', detail: 'The transaction has no branches yet.' };

/** All interventions, each with why it is not legal at `nowMs`, if it is not. */
export function choicesOf(tx: Transaction, nowMs: number): readonly Choice[] {
  const branches = view(tx, 0, null).branches;
  const ask = (intervention: Intervention, target: Tried['target'] = null): Tried => ({
    target,
    refusal: refusalTo(tx, intervention, nowMs),
  });
  const retries = branches.map(({ id: branch }) => ask({ kind: 'retry', branch }, { branch }));
  const edits = tx.definition.branches.map(({ id: branch, payload }) =>
    // White space changes nothing but the bytes: a payload that differs from the one there is.
    ask({ kind: 'edit-payload', branch, payload: `${payload} ` }, { branch }),
  );
  const resolutions = branches.flatMap(({ id: branch, forward, end }) =>
    [forward, end].flatMap((leg) =>
      leg === null ? [] : [ask({ kind: 'resolve', branch, op: leg.op, outcome: 'succeeded' }, { branch, op: leg.op })],
    ),
  );
  return [
    { kind: 'retry', ...summed([ask({ kind: 'retry', branch: null })], retries) },
    { kind: 'pause', ...summed([ask({ kind: 'pause' })]) },
    { kind: 'resume', ...summed([ask({ kind: 'resume' })]) },
    { kind: 'abort', ...summed([ask({ kind: 'abort', code: '', message: '' })]) },
    { kind: 'change-policy', ...summed([ask({ kind: 'change-policy', policy: anotherThan(tx.policy) })]) },
    { kind: 'resolve', ...summed(resolutions, resolutions) },
    { kind: 'edit-payload', ...summed(edits, edits) },
  ];
}

/** Legal when one of the attempts is; the targets are those that are. */
function summed(attempts: readonly Tried[], targets: readonly Tried[] = []): Pick<Choice, 'targets' | 'refusal'> {
  const legal = targets.flatMap(({ target, refusal }) => (refusal === null && target !== null ? [target] : []));
  const isLegal = attempts.some(({ refusal }) => refusal === null);
  return { targets: legal, refusal: isLegal ? null : (attempts.at(-1)?.refusal ?? NO_BRANCHES) };
}

function refusalTo(tx: Transaction, intervention: Intervention, nowMs: number): Choice['refusal'] {
  const deed: Deed = { id: '', intervention, by: '', reason: '', ifVersion: null, remarks: {} };
  const { answer } = step(tx, interventionEvent(deed, nowMs));
  return answer.kind === 'repeated' ? { code: 'already_so', detail: `Transaction ${tx.gid} is so already.` } : refusalOf(tx.gid, answer);
}

/** A policy of the same content under a name that no row has. */
function anotherThan(policy: Policy): Policy {
  return { ...policy, version: 0 };
}
