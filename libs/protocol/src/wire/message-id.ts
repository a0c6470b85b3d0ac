/**
 * The message id of a branch call: `gid/branch/contract/op/attempt`, every `.` written `:`, contract `-` for a free URL (DESIGN section 5).
 * It is the `webhook-id` of the signature, and the one place from which a receiver takes all five.
 */
import { isLegalId } from '../model/ids.js';

export interface MessageId {
  readonly gid: string;
  readonly branch: string;
  /** `null` for a branch that names URLs instead of a contract. */
  readonly contract: string | null;
  /** An op of the protocol, or `seal-<op>`. */
  readonly op: string;
  readonly attempt: number;
}

/** Writes the id as it travels. */
export function formatMessageId(id: MessageId): string {
  return `${id.gid}/${id.branch}/${id.contract ?? '-'}/${id.op}/${id.attempt}`.replaceAll('.', ':');
}

/** Reads an id back, or `null` when it is not one. */
export function parseMessageId(text: string): MessageId | null {
  const parts = text.replaceAll(':', '.').split('/');
  if (parts.length !== 5) return null;
  const [gid, branch, contract, op, attempt] = parts as [string, string, string, string, string];
  if (![gid, branch, contract, op].every(isLegalId) || !/^[1-9][0-9]{0,8}$/.test(attempt)) return null;
  return { gid, branch, contract: contract === '-' ? null : contract, op, attempt: Number(attempt) };
}
