/** Rows and batches in words, for the contract suite. */
import { randomBytes } from 'node:crypto';
import type {
  AttemptRow,
  AuditRow,
  BeginRow,
  CommandRow,
  FlushBatch,
  Incarnation,
  Move,
  MovedImage,
  TransactionStore,
} from '@assent/engine';
import type { Attention } from '@assent/protocol';

export const HASH = 'ab'.repeat(32);
export const BEGUN_AT_MS = 1_790_000_000_000;

/** 63 random bits, as nodes and flushes are numbered. Never short, so that nobody can hold them in a JavaScript number. */
export function bits63(): string {
  return ((BigInt(`0x${randomBytes(8).toString('hex')}`) >> 1n) | (1n << 62n)).toString();
}

export function aBegin(gid: string, owner: Incarnation | null, changes: Partial<BeginRow> = {}): BeginRow {
  const origin = {
    gid,
    pattern: 'saga',
    name: 'checkout',
    businessKey: null,
    createdBy: 'local',
    contentHash: HASH,
    createdAtMs: BEGUN_AT_MS,
  };
  const image = { status: 'active', mixed: false, paused: false, definition: '{"branches":[]}', progress: '' } as const;
  return { ...origin, ...image, owner, dueAtMs: null, ...changes };
}

export function anImage(changes: Partial<MovedImage> = {}): MovedImage {
  return { status: 'committed', mixed: false, paused: false, progress: '', ...changes };
}

/** The end of a transaction that its owner drove: owner to nobody. */
export function aMove(gid: string, knownOwner: Incarnation | null, changes: Partial<Move> = {}): Move {
  return { gid, fromVersion: 1, knownOwner, owner: null, dueAtMs: null, image: anImage(), ...changes };
}

export function anAttempt(gid: string, changes: Partial<AttemptRow> = {}): AttemptRow {
  const call = { branch: 'stock', op: 'action', attempt: 1, startedAtMs: BEGUN_AT_MS + 5, durationMs: 12 };
  return { gid, ...call, outcome: 'unknown', code: 'timeout', message: 'no answer within 3000 ms', ...changes };
}

export function anAttention(changes: Partial<Attention> = {}): Attention {
  return { branch: 'stock', kind: 'parked', code: 'attempts_exhausted', participant: 'inventory', sinceMs: BEGUN_AT_MS, ...changes };
}

export function anAudit(gid: string, changes: Partial<AuditRow> = {}): AuditRow {
  const deed = { principal: 'ops', action: 'retry', reason: 'it is back', detail: '{}' };
  return { id: bits63(), gid, atMs: BEGUN_AT_MS + 9, ...deed, ...changes };
}

/** Their ids are in the order in which they are made. */
export function aCommand(gid: string, changes: Partial<CommandRow> = {}): CommandRow {
  commandsMade += 1;
  const id = `0199a000-0000-7000-8000-${String(commandsMade).padStart(12, '0')}`;
  return { id, gid, kind: 'abort', body: '{"code":"x"}', principal: 'local', reason: 'changed my mind', ...changes };
}

let commandsMade = 0;

export type Content = Partial<Omit<FlushBatch, 'fence' | 'flush'>>;

/** A node that counts its flushes as the engine does. */
export class Node {
  flushes = 0;

  private constructor(
    readonly store: TransactionStore,
    readonly incarnation: Incarnation,
    readonly name: string,
  ) {}

  static async enter(store: TransactionStore, name = 'node-a'): Promise<Node> {
    const node = new Node(store, bits63(), name);
    await store.enter(node);
    return node;
  }

  batch(content: Content, flush = bits63()): FlushBatch {
    const sideRows = { attempts: [], attention: [], audit: [], events: [], commands: [], applied: [], dismissed: [] };
    const empty = { begins: [], moves: [], declarations: [], ...sideRows };
    return { fence: { incarnation: this.incarnation, flushes: this.flushes }, flush, ...empty, ...content };
  }

  /** Flushes, and counts it when it committed. */
  async flush(content: Content = {}, flush = bits63()) {
    const result = await this.store.flush(this.batch(content, flush));
    if (result.kind === 'committed') this.flushes += 1;
    return result;
  }

  /** Flushes what must commit. */
  async commit(content: Content = {}, flush = bits63()) {
    const result = await this.flush(content, flush);
    if (result.kind !== 'committed') throw new Error(`expected a commit, got ${JSON.stringify(result)}`);
    return result;
  }
}
