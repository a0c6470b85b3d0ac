/** Whose a contract is. Pure: what an announcement does to the claims, contract by contract. */
import { createHash } from 'node:crypto';
import type { ContractClaim } from '@assent/store';
import type { Announcement } from './announcement.js';

export type Verdict =
  /** Nobody's so far, or given up by whoever had it: becomes this service's. */
  | { readonly kind: 'claims'; readonly claim: ContractClaim; readonly instead: ContractClaim | null }
  | { readonly kind: 'holds' }
  | { readonly kind: 'conflict'; readonly detail: string };

/**
 * What becomes of one contract. The first to announce it has it; another service gets it only when the first has no instance left. A newer
 * version of the same service may change ops and schema; one version that says two things cannot both be right.
 */
export function judge(
  contract: Announcement['contracts'][number],
  by: Pick<Announcement, 'service' | 'version'>,
  kept: ContractClaim | null,
  isAlive: (service: string) => boolean,
  nowMs: number,
): Verdict {
  const claim = claimOf(contract, by, nowMs);
  if (kept === null) return { kind: 'claims', claim, instead: null };
  if (kept.service !== by.service) {
    if (!isAlive(kept.service)) return { kind: 'claims', claim, instead: kept };
    return { kind: 'conflict', detail: `The service "${kept.service}" announced it first, and is still there.` };
  }
  if (kept.fingerprint === claim.fingerprint) return { kind: 'holds' };
  if (kept.version !== by.version) return { kind: 'claims', claim: { ...claim, sinceMs: kept.sinceMs }, instead: kept };
  return { kind: 'conflict', detail: `Another instance of version ${by.version} announced it with other ops or another schema.` };
}

/** True when this contract, as this instance announced it, is the one that counts or a neighbour of it in a rolling update. */
export function isInConflict(
  contract: Announcement['contracts'][number],
  by: Pick<Announcement, 'service' | 'version'>,
  kept: ContractClaim | undefined,
): boolean {
  if (kept === undefined) return false;
  if (kept.service !== by.service) return true;
  return kept.version === by.version && kept.fingerprint !== fingerprintOf(contract);
}

function claimOf(
  contract: Announcement['contracts'][number],
  { service, version }: Pick<Announcement, 'service' | 'version'>,
  nowMs: number,
): ContractClaim {
  return { contract: contract.name, service, version, fingerprint: fingerprintOf(contract), sinceMs: nowMs };
}

function fingerprintOf({ ops, schemaHash }: Announcement['contracts'][number]): string {
  return createHash('sha256')
    .update(JSON.stringify([[...ops].sort(), schemaHash]))
    .digest('hex');
}
