/** Which side of the barrier an op touches: the columns of the pattern table (DESIGN section 2) that matter to a participant. */

export type OpRole =
  | { readonly kind: 'forward' }
  /** `forward`: the op that must have succeeded here before, or `null` where the pattern has none at this participant. */
  | { readonly kind: 'commit'; readonly forward: string | null }
  | { readonly kind: 'rollback' };

const roles: ReadonlyMap<string, OpRole> = new Map<string, OpRole>([
  ['action', { kind: 'forward' }],
  ['try', { kind: 'forward' }],
  ['prepare', { kind: 'forward' }],
  ['confirm', { kind: 'commit', forward: 'try' }],
  ['commit', { kind: 'commit', forward: 'prepare' }],
  ['deliver', { kind: 'commit', forward: null }],
  ['complete', { kind: 'commit', forward: null }],
  ['compensate', { kind: 'rollback' }],
  ['cancel', { kind: 'rollback' }],
  ['rollback', { kind: 'rollback' }],
]);

/** The role of an op, or `undefined` for one that the barrier does not know. */
export function roleOf(op: string): OpRole | undefined {
  return roles.get(op);
}

export function isRollback(op: string): boolean {
  return roleOf(op)?.kind === 'rollback';
}

/** Forward ops of patterns without a commit op at the participant: their row has ended when the op has. */
export const forwardOpsWithoutCommit: readonly string[] = ['action'];

const SEAL = 'seal-';

/** The op that `seal-<op>` seals, or `null` when it is not a seal. */
export function sealedOp(op: string): string | null {
  return op.startsWith(SEAL) ? op.slice(SEAL.length) : null;
}
