/**
 * The tables of a coordinator's database as maps, with the guards of the real ones: the fence, versions and owners, unique gids, column
 * limits. Everything happens at once and in a fixed order, so that a run with the same inputs ends in the same rows. Several
 * `MemoryTransactionStore`s on one `MemoryDatabase` are several nodes on one database.
 */
import type {
  AttemptRow,
  AuditRow,
  BeginRow,
  CommandRow,
  Declaration,
  EventRow,
  FlushBatch,
  FlushResult,
  Incarnation,
  Move,
  NodeRow,
  ParticipantControl,
  StoredTransaction,
  Witness,
} from '@assent/engine';
import { type Attention, type Policy, shippedPolicies } from '@assent/protocol';
import { isFinalStatus, keptAttempt, keptAttention, keptAudit, keptCommand, writtenGids } from '../rows.js';
import { witnessOf } from '../witness.js';
import { problemOfBegin, problemOfCommand, problemOfMove } from './storable.js';

/** An event, and the node that publishes it. */
export type KeptEvent = EventRow & { readonly incarnation: Incarnation };

/** An event that the broker does not take, or one behind it. */
export type SetAsideEvent = EventRow & { readonly cause: string; readonly triedAtMs: number };

export class MemoryDatabase {
  readonly transactions = new Map<string, StoredTransaction>();
  readonly nodes = new Map<Incarnation, NodeRow>();
  readonly attention = new Map<string, readonly Attention[]>();
  readonly attempts = new Map<string, AttemptRow[]>();
  readonly audit = new Map<string, AuditRow[]>();
  /** By `gid:version`. */
  readonly events = new Map<string, KeptEvent>();
  /** Events that were set aside, by `gid:version`. */
  readonly refused = new Map<string, SetAsideEvent>();
  readonly commands = new Map<string, CommandRow>();
  readonly controls = new Map<string, ParticipantControl>();
  readonly policies: Policy[] = [...shippedPolicies];

  /** @param nowMs the database's clock, in milliseconds since the epoch. */
  constructor(readonly nowMs: () => number) {}

  /** Enters a node and declares the living nodes of the same name dead. Entering twice changes nothing. */
  enter({ incarnation, name }: { readonly incarnation: Incarnation; readonly name: string }): void {
    for (const other of this.nodes.values()) {
      if (other.name === name && other.state === 'alive' && other.incarnation !== incarnation) this.setState(other, 'dead');
    }
    if (!this.nodes.has(incarnation)) this.nodes.set(incarnation, { incarnation, name, state: 'alive', flushes: 0 });
  }

  leave(incarnation: Incarnation): void {
    const node = this.nodes.get(incarnation);
    if (node?.state === 'alive') this.setState(node, 'stopped');
  }

  /** All of a batch, or nothing of it. */
  flush(batch: FlushBatch): FlushResult {
    const { incarnation, flushes } = batch.fence;
    const node = this.nodes.get(incarnation);
    if (node === undefined || node.state !== 'alive' || node.flushes !== flushes) return { kind: 'fenced', message: fencedBecause(node) };
    const refused = this.refuse(batch);
    if (refused !== null) return refused;

    this.nodes.set(incarnation, { ...node, flushes: flushes + 1 });
    const declared = batch.declarations.filter((declaration) => this.declare(declaration)).map((declaration) => declaration.incarnation);
    for (const row of batch.begins) this.begin(row, batch.flush);
    const unmoved = batch.moves.filter((move) => !this.move(move, batch.flush)).map((move) => move.gid);
    this.joinSideRows(batch);
    this.writeAlone(batch);
    this.changeCommands(batch);
    return { kind: 'committed', nowMs: this.nowMs(), unmoved, declared };
  }

  /** The witness of a lost commit: see the port. */
  settle(incarnation: Incarnation, flushes: number): Witness {
    const node = this.nodes.get(incarnation);
    const witness = witnessOf(node, flushes, this.nowMs());
    if (node !== undefined && witness.kind === 'not_committed') this.nodes.set(incarnation, { ...node, flushes: witness.flushes });
    return witness;
  }

  private refuse(batch: FlushBatch): FlushResult | null {
    const existing = batch.begins.filter((row) => this.transactions.has(row.gid)).map((row) => row.gid);
    if (existing.length > 0) return { kind: 'duplicate', gids: existing };
    const problem =
      batch.begins.map(problemOfBegin).find(Boolean) ??
      batch.moves.map(problemOfMove).find(Boolean) ??
      batch.commands.map(problemOfCommand).find(Boolean);
    if (problem !== undefined) return { kind: 'data_error', message: problem };
    const told = this.toldAlready(batch);
    if (told !== undefined) return { kind: 'data_error', message: `two rows of the audit under ${told.id}` };
    return new Set(writtenGids(batch)).size === batch.begins.length + batch.moves.length
      ? null
      : { kind: 'data_error', message: 'two rows of one gid in one flush' };
  }

  /** A row of the audit whose id is taken. One that hangs on an image which does not move is never written. */
  private toldAlready({ audit, begins, moves, noted = [] }: FlushBatch): AuditRow | undefined {
    const written = new Set([...begins, ...moves.filter((move) => this.isGuardMet(move))].map(({ gid }) => gid));
    const rows = [...audit.filter(({ gid }) => written.has(gid)), ...noted];
    return rows.find(({ id, gid }) => this.audit.get(gid)?.some((row) => row.id === id));
  }

  private isGuardMet({ gid, fromVersion, knownOwner }: Move): boolean {
    const row = this.transactions.get(gid);
    return row !== undefined && row.version === fromVersion && row.owner === knownOwner;
  }

  private declare({ incarnation, flushes }: Declaration): boolean {
    const node = this.nodes.get(incarnation);
    if (node === undefined || node.state !== 'alive' || node.flushes !== flushes) return false;
    this.setState(node, 'dead');
    return true;
  }

  private begin(row: BeginRow, flush: string): void {
    const finishedAtMs = isFinalStatus(row.status) ? this.nowMs() : null;
    const times = { createdAtMs: Math.round(row.createdAtMs), dueAtMs: whole(row.dueAtMs), finishedAtMs };
    this.transactions.set(row.gid, { ...row, ...times, version: 1, flush });
  }

  private move(move: Move, flush: string): boolean {
    const row = this.transactions.get(move.gid);
    if (row === undefined || !this.isGuardMet(move)) return false;
    const finished = move.image !== null && isFinalStatus(move.image.status);
    this.transactions.set(move.gid, {
      ...row,
      ...move.image,
      owner: move.owner,
      dueAtMs: whole(move.dueAtMs),
      version: row.version + 1,
      flush,
      finishedAtMs: row.finishedAtMs ?? (finished ? this.nowMs() : null),
    });
    return true;
  }

  private joinSideRows(batch: FlushBatch): void {
    const wrote = (row: { readonly gid: string }) => this.transactions.get(row.gid)?.flush === batch.flush;
    for (const row of batch.attempts.filter(wrote)) append(this.attempts, row.gid, keptAttempt(row));
    for (const row of batch.audit.filter(wrote)) append(this.audit, row.gid, keptAudit(row));
    const { incarnation } = batch.fence;
    for (const row of batch.events.filter(wrote)) this.events.set(`${row.gid}:${row.version}`, { ...row, incarnation });
    for (const change of batch.attention.filter(wrote)) this.attention.set(change.gid, keptAttention(change.rows));
  }

  /** What no image carries. */
  private writeAlone({ noted = [], flagged = [] }: FlushBatch): void {
    for (const row of noted) append(this.audit, row.gid, keptAudit(row));
    for (const { gid, attention } of flagged) {
      const others = (this.attention.get(gid) ?? []).filter(({ branch, kind }) => branch !== attention.branch || kind !== attention.kind);
      this.attention.set(gid, [...others, ...keptAttention([attention])]);
    }
  }

  private changeCommands({ commands, applied, dismissed, flush }: FlushBatch): void {
    for (const row of commands) this.commands.set(row.id, keptCommand(row));
    for (const { id } of applied) {
      const gid = this.commands.get(id)?.gid;
      if (gid !== undefined && this.transactions.get(gid)?.flush === flush) this.commands.delete(id);
    }
    for (const id of dismissed) this.commands.delete(id);
  }

  private setState(node: NodeRow, state: NodeRow['state']): void {
    this.nodes.set(node.incarnation, { ...node, state });
  }
}

function append<Row>(table: Map<string, Row[]>, gid: string, row: Row): void {
  const rows = table.get(gid);
  if (rows === undefined) table.set(gid, [row]);
  else rows.push(row);
}

/** Columns of times hold whole milliseconds. */
function whole(timeMs: number | null): number | null {
  return timeMs === null ? null : Math.round(timeMs);
}

function fencedBecause(node: NodeRow | undefined): string {
  return node === undefined ? 'no such incarnation' : `the node is ${node.state}, its next flush is number ${node.flushes}`;
}
