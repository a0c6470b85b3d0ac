/** Reads an event from the text of a message. */
import { isLegalId, type TransactionEvent } from '@assent/protocol';

export function readEvent(text: string): { readonly event: TransactionEvent } | { readonly problem: string } {
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch (error) {
    return { problem: `the message is not JSON: ${(error as Error).message}` };
  }
  if (typeof value !== 'object' || value === null) return { problem: 'the message is not an object' };
  const { gid, version, name, status } = value as Partial<Record<keyof TransactionEvent, unknown>>;
  if (typeof gid !== 'string' || !isLegalId(gid)) return { problem: 'the message has no gid' };
  if (typeof version !== 'number' || !Number.isSafeInteger(version) || version < 1) return { problem: 'the message has no version' };
  if (typeof name !== 'string' || typeof status !== 'string') return { problem: 'the message has no name or no status' };
  return { event: value as TransactionEvent };
}
