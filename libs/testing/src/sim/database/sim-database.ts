/** The database server of a run. What reaches it is carried out at once; it may be away, its wall clock may jump, and it may lose commits. */
import type { FlushBatch, FlushResult, Incarnation, Witness } from '@assent/engine';
import type { Policy } from '@assent/protocol';
import { MemoryParticipantControlStore } from '@assent/store';
import type { Journal, Marks, Timeline } from '../kernel/index.js';
import type { ByHand, CallLedger, Durable, Fences } from '../truth/index.js';
import type { Backend } from './backend.js';

/** What the database's clock shows when a run begins: milliseconds since the epoch, some day in 2026. */
const EPOCH_MS = 1_790_000_000_000;

export class SimDatabase {
  isAway = false;
  /** Orders of operators about participants. What they count of what waits is asked for by nobody here. */
  readonly controls = new MemoryParticipantControlStore({ controls: new Map(), attention: new Map() });
  private jumpedMs = 0;
  private readonly backend: Backend;

  constructor(
    private readonly timeline: Timeline,
    open: (nowMs: () => number) => Backend,
    private readonly fences: Fences,
    private readonly durable: Durable,
    private readonly journal: Journal,
    private readonly marks: Marks,
    private readonly policies: readonly Policy[],
    private readonly ledger: CallLedger,
    private readonly byHand: ByHand,
  ) {
    this.backend = open(() => this.nowMs());
  }

  get store(): Backend['store'] {
    return this.backend.store;
  }

  /** Whole milliseconds since the epoch, as databases tell them. */
  nowMs(): number {
    return Math.round(EPOCH_MS + this.timeline.nowMs + this.jumpedMs);
  }

  jump(byMs: number): void {
    this.jumpedMs += byMs;
  }

  async readPolicies(): Promise<readonly Policy[]> {
    return this.policies;
  }

  async flush(batch: FlushBatch): Promise<FlushResult> {
    const result = await this.backend.store.flush(batch);
    this.journal.note(
      'database',
      `flush ${batch.fence.flushes} of ${batch.begins.length} begins, ${batch.moves.length} moves: ${result.kind}`,
    );
    this.fences.flushed(batch, result);
    if (result.kind === 'duplicate') this.marks.reach('duplicate gid');
    if (result.kind !== 'committed') return result;
    if (batch.commands.length > 0) this.marks.reach('command recorded');
    if (batch.attention.some(({ rows }) => rows.some(({ kind }) => kind === 'waiting'))) this.marks.reach('held at rest');
    this.ledger.committed(batch, new Set(result.unmoved));
    const gids = [...batch.begins, ...batch.moves].map(({ gid }) => gid);
    if (gids.length > 0) this.durable.flushed(batch, result.unmoved, await this.backend.store.readMany(gids));
    this.byHand.flushed(batch, result.unmoved);
    return result;
  }

  async settle(incarnation: Incarnation, flushes: number): Promise<Witness> {
    const witness = await this.backend.store.settle(incarnation, flushes);
    this.journal.note('database', `verdict on flush ${flushes}: ${witness.kind}`);
    this.marks.reach(`witness ${witness.kind}`);
    this.fences.settled(incarnation, flushes, witness);
    return witness;
  }

  async enter(node: { readonly incarnation: Incarnation; readonly name: string }): Promise<{ readonly nowMs: number }> {
    const entered = await this.backend.store.enter(node);
    this.fences.entered(node.incarnation, node.name);
    return entered;
  }

  async leave(incarnation: Incarnation): Promise<void> {
    await this.backend.store.leave(incarnation);
    this.fences.left(incarnation);
  }

  /** Keeps what is there; what is answered loses everything since, and says whose flushes were among it. */
  snapshot(): () => readonly Incarnation[] {
    const restore = this.backend.snapshot();
    const restoreRows = this.durable.snapshot();
    const restoreNodes = this.fences.snapshot();
    return () => {
      restore();
      restoreRows();
      this.journal.note('database', 'lost its last commits');
      return restoreNodes();
    };
  }

  close(): void {
    this.backend.close();
  }
}
