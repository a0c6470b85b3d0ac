/**
 * Writes into the audit who was turned away. It is done a little later and in batches, because a refusal changes nothing that it could share a
 * transaction with; and it is bounded, so that a flood of wrong keys fills neither memory nor disk: what is too much is counted in one row.
 */
import { inTransaction, recordAudit } from '@assent/store';
import type { DataSource } from 'typeorm';
import { v7 as uuidv7 } from 'uuid';
import type { Refusal, Refusals } from '../../access/index.js';

/** Rows of one batch; what comes beyond is counted. */
const MOST_ROWS = 50;
const EVERY_MS = 1_000;

/** Told when refusals could not be written. */
export interface RefusalAlarm {
  warn(fields: object, message: string): void;
}

interface Noted extends Refusal {
  readonly atMs: number;
}

export class RefusalLog implements Refusals {
  private noted: Noted[] = [];
  private beyond = 0;
  private writing: Promise<void> = Promise.resolve();
  private timer: NodeJS.Timeout | null = null;
  private dataSource: DataSource | null = null;

  constructor(
    private readonly log: RefusalAlarm,
    private readonly nowMs: () => number,
  ) {}

  refused(refusal: Refusal): void {
    if (this.noted.length < MOST_ROWS) this.noted.push({ ...refusal, atMs: this.nowMs() });
    else this.beyond += 1;
  }

  /** Writes from now on, what has been noted before included. */
  open(dataSource: DataSource): void {
    this.dataSource = dataSource;
    this.timer = setInterval(() => void this.write(), EVERY_MS);
    this.timer.unref();
  }

  /** Writes what is left, and stops. */
  async close(): Promise<void> {
    if (this.timer !== null) clearInterval(this.timer);
    await this.write();
    this.dataSource = null;
  }

  /** Writes what has been noted; what cannot be written is logged instead, because the next batch must not wait for it. */
  write(): Promise<void> {
    this.writing = this.writing.then(() => this.writeBatch());
    return this.writing;
  }

  private async writeBatch(): Promise<void> {
    const { dataSource, noted, beyond } = this;
    if (dataSource === null || noted.length === 0) return;
    this.noted = [];
    this.beyond = 0;
    try {
      await inTransaction(dataSource, async (manager) => {
        for (const [place, refusal] of noted.entries()) {
          await recordAudit(manager, rowOf(refusal, place === noted.length - 1 ? beyond : 0));
        }
      });
    } catch (error) {
      this.log.warn({ err: error, refusals: noted.length + beyond }, 'Refusals could not be written into the audit');
    }
  }
}

function rowOf({ principal, method, route, code, gid, atMs }: Noted, beyond: number) {
  const detail = { outcome: 'refused', method, route, code, role: principal?.role ?? null, ...(beyond > 0 && { andMore: beyond }) };
  const about = gid !== null && /^[A-Za-z0-9._-]{1,64}$/.test(gid) ? gid : '';
  return {
    id: uuidv7(),
    gid: about,
    atMs,
    principal: principal?.name ?? 'unknown',
    action: 'refused',
    reason: code,
    detail: JSON.stringify(detail),
  };
}
