/**
 * What a person asks of a transaction, with who, why and on which version of it; and the audit row that tells of it. A deed has one id: of its audit
 * row, and of the command row when another node has to carry it out, so that whoever asks again finds what became of it.
 */
import type { Answer, Policy, ProtocolEvent } from '@assent/protocol';
import type { AuditRow } from '../ports/transaction-store.js';
import { noteIdOf } from './told.js';

/** What may be asked. */
export type Intervention =
  /** `branch: null`: whatever is parked or waits. */
  | { readonly kind: 'retry'; readonly branch: string | null }
  | { readonly kind: 'pause' }
  | { readonly kind: 'resume' }
  | { readonly kind: 'abort'; readonly code: string; readonly message: string }
  | { readonly kind: 'change-policy'; readonly policy: Policy }
  | { readonly kind: 'resolve'; readonly branch: string; readonly op: string; readonly outcome: 'succeeded' | 'failed' }
  | { readonly kind: 'edit-payload'; readonly branch: string; readonly payload: string };

export interface Deed {
  /** A UUIDv7 whose time is about that of asking. */
  readonly id: string;
  readonly intervention: Intervention;
  readonly by: string;
  readonly reason: string;
  /** Only if the transaction is still at this version; `null`: at any. */
  readonly ifVersion: number | null;
  /** Kept with it in the audit: what else somebody wants to know later. */
  readonly remarks: Readonly<Record<string, unknown>>;
}

/** Why a deed was refused. */
export interface DeedRefusal {
  /** One of the machine's, `version_differs`, or what the caller found before the machine was asked. */
  readonly code: string;
  readonly detail: string;
}

/** What somebody asked for, and was refused before the machine was asked. */
export interface RefusedEarly extends Pick<Deed, 'id' | 'by' | 'reason' | 'remarks'> {
  readonly action: string;
  readonly refusal: DeedRefusal;
}

/** What the audit says of how a deed ended. */
export interface DeedEnd extends Partial<DeedRefusal> {
  readonly outcome: 'done' | 'repeated' | 'refused';
  /** The version that it was asked of. */
  readonly version: number;
}

export function interventionEvent({ intervention, by }: Deed, atMs: number): ProtocolEvent {
  switch (intervention.kind) {
    case 'retry':
      return { kind: 'retryRequested', branch: intervention.branch, atMs };
    case 'pause':
      return { kind: 'paused', by, atMs };
    case 'resume':
      return { kind: 'resumed', by, atMs };
    case 'abort':
      return { kind: 'abortRequested', code: intervention.code, message: intervention.message, by, atMs };
    case 'change-policy':
      return { kind: 'policyChanged', policy: intervention.policy, atMs };
    case 'resolve': {
      const { branch, op, outcome } = intervention;
      return { kind: 'resolvedByHand', branch, op: op as (ProtocolEvent & { kind: 'resolvedByHand' })['op'], outcome, by, atMs };
    }
    case 'edit-payload':
      return { kind: 'payloadEdited', branch: intervention.branch, payload: intervention.payload, atMs };
  }
}

/** Why the version forbids it, or `null`. */
export function versionRefusal(gid: string, { ifVersion }: Deed, version: number): DeedRefusal | null {
  if (ifVersion === null || ifVersion === version) return null;
  return { code: 'version_differs', detail: `Transaction ${gid} is at version ${version}, not ${ifVersion}.` };
}

/** Why it is too late for the version, although no other is durable yet; `null`: it relies on none. */
export function movingRefusal(gid: string, { ifVersion }: Deed): DeedRefusal | null {
  if (ifVersion === null) return null;
  return { code: 'version_differs', detail: `Transaction ${gid} is being moved from version ${ifVersion} at this moment.` };
}

/** Why the machine refuses it, or `null`. */
export function refusalOf(gid: string, answer: Answer): DeedRefusal | null {
  if (answer.kind === 'refused') return { code: answer.code, detail: answer.detail };
  return answer.kind === 'ignored' ? { code: 'already_final', detail: `Transaction ${gid} has ended.` } : null;
}

/** The row that tells of a deed. Payloads are never in it. */
export function auditRowOf(gid: string, deed: Deed, end: DeedEnd, atMs: number): AuditRow {
  const { id, intervention, by, reason, remarks } = deed;
  return {
    id: end.outcome === 'done' ? id : noteIdOf(id),
    gid,
    atMs,
    principal: by,
    action: intervention.kind,
    reason,
    detail: JSON.stringify({ ...end, ...aboutOf(intervention), ...remarks }),
  };
}

/** Reads how a deed ended from its audit row. */
export function endOf({ detail }: AuditRow): DeedEnd {
  return JSON.parse(detail) as DeedEnd;
}

function aboutOf(intervention: Intervention): object {
  switch (intervention.kind) {
    case 'retry':
      return intervention.branch === null ? {} : { branch: intervention.branch };
    case 'resolve':
      return { branch: intervention.branch, op: intervention.op, as: intervention.outcome };
    case 'edit-payload':
      return { branch: intervention.branch };
    case 'change-policy':
      return { policy: { name: intervention.policy.name, version: intervention.policy.version } };
    default:
      return {};
  }
}
