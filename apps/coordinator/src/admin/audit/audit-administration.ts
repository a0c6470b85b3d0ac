/** The audit as people ask for it, and the loop that keeps its chain up. Any node may add links; see `AuditChain` for why none loses a row. */
import type { AuditRow } from '@assent/engine';
import { AuditChain, type AuditQuery, type ChainHead, type ChainReport, findAudit } from '@assent/store';
import type { DataSource } from 'typeorm';

/** How long a row may be without a link while the database is there, in milliseconds; a little more with many nodes. */
const EVERY_MS = 1_000;
/** Batches of one round: what has piled up while the database was away is worked off without holding up anything else. */
const MOST_BATCHES = 20;

/** Where the head of the chain is said, so that it stands outside the database too, and failures. */
export interface ChainLog {
  info(fields: object, message: string): void;
  warn(fields: object, message: string): void;
}

export class AuditAdministration {
  private readonly chain: AuditChain;
  private timer: NodeJS.Timeout | null = null;
  private extending: Promise<void> = Promise.resolve();
  private isFailing = false;

  constructor(
    private readonly dataSource: DataSource,
    private readonly log: ChainLog,
  ) {
    this.chain = new AuditChain(dataSource);
  }

  start(): void {
    this.timer = setInterval(() => void this.extend(), EVERY_MS);
    this.timer.unref();
  }

  async stop(): Promise<void> {
    if (this.timer !== null) clearInterval(this.timer);
    await this.extend();
  }

  find(query: AuditQuery): Promise<readonly AuditRow[]> {
    return findAudit(this.dataSource, query);
  }

  head(): Promise<ChainHead | null> {
    return this.chain.head();
  }

  /** Takes up what waits, then reads the whole chain. `kept`: a head of before, or `null`. */
  async verify(kept: ChainHead | null): Promise<ChainReport> {
    await this.extend();
    return this.chain.verify(kept);
  }

  /** Adds links for what has none. Rounds of one node follow each other. */
  private extend(): Promise<void> {
    this.extending = this.extending.then(() => this.extendOnce());
    return this.extending;
  }

  private async extendOnce(): Promise<void> {
    try {
      let added = 0;
      for (let batch = 0; batch < MOST_BATCHES; batch += 1) {
        const links = await this.chain.extend();
        added += links;
        if (links === 0) break;
      }
      if (added > 0) this.log.info({ ...(await this.chain.head()) }, 'The audit has new links');
      this.isFailing = false;
    } catch (error) {
      if (!this.isFailing) this.log.warn({ err: error }, 'The chain of the audit cannot be kept up');
      this.isFailing = true;
    }
  }
}
