/**
 * `TransactionStore` on MySQL 8 and MariaDB 10.6 (DESIGN section 7). Flushes go over one connection of their own, one text packet each;
 * reads go through the data source's pool. What is undecided after a broken connection is told by `settle` alone.
 */
import {
  type AttemptRow,
  type AuditRow,
  type CommandRow,
  type Failpoints,
  type FlushBatch,
  type FlushResult,
  type Incarnation,
  type NodeRow,
  type StoredTransaction,
  StoreUnavailableError,
  type TransactionStore,
  type Witness,
} from '@assent/engine';
import type { Policy } from '@assent/protocol';
import type { DataSource } from 'typeorm';
import { findAudit, readAttempts, readAudit, readPolicies } from '../cold-reads.js';
import { writtenGids } from '../rows.js';
import { witnessOf } from '../witness.js';
import { describe, LOCK_WAIT_TIMEOUT, type MysqlError, verdictOf } from './classify.js';
import { type FlushPacket, packFlush, readReplies, type StatementReply, splitAfterFence, unstorable } from './packet.js';
import { MysqlReads } from './reads.js';
import { declarePredecessors, enterNode, leaveNode, lockNode, readExisting, readWritten, skipFlush } from './sql/index.js';
import { reasonOf, UnusableServerError, WriterConnection, type WriterOptions } from './writer-connection.js';

/** Room for the driver's own bytes in a packet, and a bound where the server has none worth the name. */
const PACKET_MARGIN_BYTES = 1_024;
const MAX_PACKET_BYTES = 64 * 1_048_576;
/** The witness waits this often for the lock of the flush in question; the server ends that flush after one lease. */
const WITNESS_ATTEMPTS = 5;

interface LockedNode {
  readonly name: string;
  readonly state: NodeRow['state'];
  readonly flushes: number | string;
  readonly nowMs: number | string;
}

export class MysqlTransactionStore implements TransactionStore {
  private writer: WriterConnection | null = null;
  private closed = false;
  private readonly reads: MysqlReads;

  constructor(
    private readonly dataSource: DataSource,
    private readonly options: WriterOptions,
    private readonly failpoints: Failpoints,
  ) {
    this.reads = new MysqlReads(dataSource);
  }

  async enter(node: { readonly incarnation: Incarnation; readonly name: string }): Promise<{ readonly nowMs: number }> {
    return this.onWriter(async (writer) => {
      await writer.send('BEGIN');
      await writer.send(declarePredecessors(node));
      const [row] = (await writer.send(lockNode(node.incarnation))) as LockedNode[];
      if (row === undefined) await writer.send(enterNode(node));
      else if (row.name !== node.name) throw new UnusableServerError(`Incarnation ${node.incarnation} belongs to node "${row.name}"`);
      const [{ nowMs }] = (await writer.send(lockNode(node.incarnation))) as [LockedNode];
      await writer.send('COMMIT');
      return { nowMs: Number(nowMs) };
    });
  }

  async leave(incarnation: Incarnation): Promise<void> {
    await this.onWriter((writer) => writer.send(leaveNode(incarnation)));
  }

  async flush(batch: FlushBatch): Promise<FlushResult> {
    let writer: WriterConnection;
    let packet: FlushPacket;
    try {
      writer = await this.connectedWriter();
    } catch (cause) {
      return { kind: 'retryable', message: reasonOf(cause) };
    }
    try {
      packet = packFlush(batch, packetLimit(writer));
    } catch (cause) {
      return unstorable(cause);
    }
    let replies: readonly StatementReply[];
    try {
      replies = await this.sendPacket(writer, packet);
    } catch (cause) {
      return this.failed(writer, batch, cause as MysqlError);
    }
    return this.committed(writer, batch, packet, replies);
  }

  async settle(incarnation: Incarnation, flushes: number): Promise<Witness> {
    this.writer?.destroy();
    for (let attempt = 1; ; attempt += 1) {
      try {
        return await this.onWriter((writer) => witness(writer, incarnation, flushes));
      } catch (cause) {
        const locked = cause instanceof StoreUnavailableError && (cause.cause as MysqlError | undefined)?.errno === LOCK_WAIT_TIMEOUT;
        if (!locked || attempt === WITNESS_ATTEMPTS) throw cause;
      }
    }
  }

  read(gid: string): Promise<StoredTransaction | null> {
    return this.reads.one(gid);
  }

  readMany(gids: readonly string[]): Promise<readonly StoredTransaction[]> {
    return this.reads.many(gids);
  }

  readAttempts(gid: string): Promise<readonly AttemptRow[]> {
    return this.reads.guarded(() => readAttempts(this.dataSource, gid));
  }

  readAudit(gid: string): Promise<readonly AuditRow[]> {
    return this.reads.guarded(() => readAudit(this.dataSource, gid));
  }

  findAudit(ids: readonly string[]): Promise<readonly AuditRow[]> {
    return this.reads.guarded(() => findAudit(this.dataSource, ids));
  }

  readDue(nowMs: number, limit: number, fromMs?: number): Promise<readonly StoredTransaction[]> {
    return this.reads.due(nowMs, limit, fromMs);
  }

  readWaiting(participant: string, afterGid: string, limit: number): Promise<readonly string[]> {
    return this.reads.waiting(participant, afterGid, limit);
  }

  readOwned(incarnation: Incarnation, limit: number): Promise<readonly StoredTransaction[]> {
    return this.reads.owned(incarnation, limit);
  }

  readOwnedGids(incarnation: Incarnation, limit: number): Promise<readonly string[]> {
    return this.reads.ownedGids(incarnation, limit);
  }

  readNodes(): Promise<readonly NodeRow[]> {
    return this.reads.nodes();
  }

  readCommands(incarnation: Incarnation, afterId: string, limit: number): Promise<readonly CommandRow[]> {
    return this.reads.commands(incarnation, afterId, limit);
  }

  readRemainingCommands(ids: readonly string[]): Promise<readonly string[]> {
    return this.reads.remainingCommands(ids);
  }

  readPolicies(): Promise<readonly Policy[]> {
    return this.reads.guarded(() => readPolicies(this.dataSource));
  }

  /** Closes the writer's connection and the pool. */
  async close(): Promise<void> {
    this.closed = true;
    this.writer?.destroy();
    if (this.dataSource.isInitialized) await this.dataSource.destroy();
  }

  private async connectedWriter(): Promise<WriterConnection> {
    if (this.closed) throw new Error('the store is closed');
    if (this.writer === null || !this.writer.usable) this.writer = await WriterConnection.open(this.options);
    return this.writer;
  }

  /** Runs work that may simply be repeated. Whatever fails ends the connection, and with it what was open on it. */
  private async onWriter<Result>(work: (writer: WriterConnection) => Promise<Result>): Promise<Result> {
    try {
      const writer = await this.connectedWriter();
      return await work(writer);
    } catch (cause) {
      this.writer?.destroy();
      if (cause instanceof UnusableServerError) throw cause;
      throw new StoreUnavailableError(`The database is not available: ${reasonOf(cause)}`, { cause });
    }
  }

  /** One packet; two while somebody wants to hurt this process between the fence and the rest. */
  private async sendPacket(writer: WriterConnection, packet: FlushPacket): Promise<readonly StatementReply[]> {
    if (!this.failpoints.isArmed('writer.after-fence')) return (await writer.send(packet.sql)) as readonly StatementReply[];
    const { fence, rest } = splitAfterFence(packet);
    const fenced = (await writer.send(fence)) as readonly StatementReply[];
    this.failpoints.hit('writer.after-fence');
    return [...fenced, ...((await writer.send(rest)) as readonly StatementReply[])];
  }

  private async committed(
    writer: WriterConnection,
    batch: FlushBatch,
    packet: FlushPacket,
    replies: readonly StatementReply[],
  ): Promise<FlushResult> {
    const { nowMs, shortfall, declared } = readReplies(packet, replies);
    if (shortfall === 0) return { kind: 'committed', nowMs, unmoved: [], declared };
    // Read after COMMIT: a row that moved and was then moved on by another node counts as unmoved. It is not ours either way.
    const asked = batch.moves.map((move) => move.gid);
    try {
      const rows = (await writer.send(readWritten(asked, batch.flush))) as readonly { gid: string }[];
      const written = new Set(rows.map((row) => row.gid));
      return { kind: 'committed', nowMs, unmoved: asked.filter((gid) => !written.has(gid)), declared };
    } catch (cause) {
      // It is committed, but which rows moved is not known: `settle` says the first, the rows themselves the second.
      writer.destroy();
      return { kind: 'unknown', message: reasonOf(cause) };
    }
  }

  private async failed(writer: WriterConnection, batch: FlushBatch, error: MysqlError): Promise<FlushResult> {
    const verdict = verdictOf(error);
    const message = describe(error);
    if (verdict === 'unknown') {
      // Destroyed, so that nothing of this packet can be followed by a later one on the same session.
      writer.destroy();
      return { kind: 'unknown', message };
    }
    try {
      // First of all: a BEGIN would commit the half of the packet that ran.
      await writer.send('ROLLBACK');
      if (verdict === 'duplicate') return await existing(writer, batch, message);
    } catch (cause) {
      // The session is gone, and the server takes back what it held: nothing of the flush is in the database.
      writer.destroy();
      return { kind: 'retryable', message: reasonOf(cause) };
    }
    return { kind: verdict, message };
  }
}

/** Which begins are duplicates. None: the key was another table's or occurs twice in the batch, and bisecting finds it. */
async function existing(writer: WriterConnection, batch: FlushBatch, message: string): Promise<FlushResult> {
  const gids = batch.begins.map((row) => row.gid);
  const rows = gids.length === 0 ? [] : ((await writer.send(readExisting(gids))) as readonly { gid: string }[]);
  if (rows.length === 0 || new Set(writtenGids(batch)).size < writtenGids(batch).length) return { kind: 'data_error', message };
  return { kind: 'duplicate', gids: rows.map((row) => row.gid) };
}

/** One transaction: the lock is held until the verdict is durable, so that no late packet comes in between. */
async function witness(writer: WriterConnection, incarnation: Incarnation, flushes: number): Promise<Witness> {
  await writer.send('BEGIN');
  const [row] = (await writer.send(lockNode(incarnation))) as LockedNode[];
  const verdict = witnessOf(row && { state: row.state, flushes: Number(row.flushes) }, flushes, Number(row?.nowMs));
  if (verdict.kind === 'not_committed') await writer.send(skipFlush(incarnation, verdict.flushes));
  await writer.send('COMMIT');
  return verdict;
}

function packetLimit(writer: WriterConnection): number {
  return Math.min(Number(writer.variables.get('max_allowed_packet')), MAX_PACKET_BYTES) - PACKET_MARGIN_BYTES;
}
