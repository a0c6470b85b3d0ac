/**
 * The commands that may be recorded for the node that drives their transaction: as what is asked of the machine, and as rows of `command`. A kind
 * that this build does not know was recorded by a newer one, and is left to a node that knows it.
 */
import type { BranchDefinition, ProtocolEvent } from '@assent/protocol';
import type { Random } from '../ports/clock.js';
import type { CommandRow } from '../ports/transaction-store.js';
import type { Deed } from './deed.js';

export type Command =
  | { readonly kind: 'register'; readonly branch: BranchDefinition; readonly waitMs: number }
  | { readonly kind: 'submit'; readonly branches: readonly string[]; readonly by: string }
  | { readonly kind: 'abort'; readonly code: string; readonly message: string; readonly by: string };

/** The kind of a command that carries a deed. */
const DEED = 'deed';

/** A deed as the row holds it. It may have got its id long before it was recorded: of a job's items, all ids are drawn when they are found. */
type RecordedDeed = Deed & { readonly recordedAtMs?: number };

/** A deed as a command for the node that drives its transaction. @param nowMs database time. */
export function rowOfDeed(gid: string, deed: Deed, nowMs: number): CommandRow {
  const recorded: RecordedDeed = { ...deed, recordedAtMs: nowMs };
  return { id: deed.id, gid, kind: DEED, body: JSON.stringify(recorded), principal: deed.by, reason: deed.reason };
}

/** The deed of a row, or `null` when it is another command. Throws for a body that cannot be read. */
export function deedOf({ id, kind, body }: CommandRow): RecordedDeed | null {
  if (kind !== DEED) return null;
  const deed = JSON.parse(body) as RecordedDeed;
  if (typeof deed.intervention?.kind !== 'string' || deed.id !== id) throw new Error('it asks for nothing');
  return deed;
}

export function eventOf(command: Command, atMs: number): ProtocolEvent {
  switch (command.kind) {
    case 'register':
      return { kind: 'registered', branch: command.branch, atMs };
    case 'submit':
      return { kind: 'submitted', branches: command.branches, by: command.by, atMs };
    case 'abort':
      return { kind: 'abortRequested', code: command.code, message: command.message, by: command.by, atMs };
  }
}

/** @param nowMs database time. */
export function rowOf(gid: string, command: Command, nowMs: number, random: Random): CommandRow {
  const row = { id: uuidV7(nowMs, random), gid, kind: command.kind };
  switch (command.kind) {
    case 'register':
      return { ...row, body: JSON.stringify({ branch: command.branch, waitMs: command.waitMs }), principal: '', reason: '' };
    case 'submit':
      return { ...row, body: JSON.stringify({ branches: command.branches }), principal: command.by, reason: '' };
    case 'abort': {
      const { code, message, by } = command;
      return { ...row, body: JSON.stringify({ code, message }), principal: by, reason: message };
    }
  }
}

/** The command of a row; `null` for a kind that this build does not know. Throws for a body that cannot be read. */
export function commandOf({ kind, body, principal: by }: CommandRow): Command | null {
  switch (kind) {
    case 'register': {
      const { branch, waitMs } = JSON.parse(body) as { readonly branch: BranchDefinition; readonly waitMs: number };
      if (typeof branch.id !== 'string' || typeof branch.payload !== 'string') throw new Error('it names no branch');
      return { kind, branch, waitMs: Number(waitMs) };
    }
    case 'submit': {
      const { branches } = JSON.parse(body) as { readonly branches: readonly string[] };
      if (!Array.isArray(branches)) throw new Error('it lists no branches');
      return { kind, branches, by };
    }
    case 'abort': {
      const { code, message } = JSON.parse(body) as { readonly code: string; readonly message: string };
      if (typeof code !== 'string' || typeof message !== 'string') throw new Error('it gives no reason');
      return { kind, code, message, by };
    }
    default:
      return null;
  }
}

/** When a command was recorded, by database time; of one whose body does not say, when its id was drawn, and the epoch for an id that is no UUIDv7. */
export function recordedAtMs({ id }: CommandRow, deed: RecordedDeed | null): number {
  return deed?.recordedAtMs ?? idDrawnAtMs(id);
}

function idDrawnAtMs(id: string): number {
  return Number.parseInt(id.slice(0, 8) + id.slice(9, 13), 16) || 0;
}

/** RFC 9562, 5.7: 48 bits of milliseconds, then 74 random ones. */
function uuidV7(nowMs: number, random: Random): string {
  const time = Math.round(nowMs).toString(16).padStart(12, '0');
  const [one, other] = [random.bits63(), random.bits63()].map((bits) => BigInt(bits).toString(16).padStart(16, '0')) as [string, string];
  const variant = '89ab'[Number.parseInt(one[1]!, 16) & 3];
  return `${time.slice(0, 8)}-${time.slice(8)}-7${one.slice(2, 5)}-${variant}${one.slice(5, 8)}-${other.slice(4)}`;
}
