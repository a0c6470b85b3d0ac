/**
 * The chain over the audit: each link hashes its row together with the link before, so that a row that was changed, taken away or put in breaks it, and
 * `verify` says where. Rows are written by any node in the transaction of their change, together with a note (`audit_unchained`); links are added
 * afterwards, in batches, because a chain through every node's own flushes would make them wait for each other.
 *
 * Order under concurrency comes from the primary key of `audit_chain`: two nodes that add the same number collide, one transaction is rolled back as
 * a whole, and its rows are taken up the next time. What was written in the last second or so has no link yet.
 */
import { createHash } from 'node:crypto';
import { type DataSource, type EntityManager, In } from 'typeorm';
import { AuditChainEntity, AuditLogEntity, AuditUnchainedEntity } from '../schema/index.js';
import { inTransaction } from './in-transaction.js';
import { isDuplicate } from './refusals.js';

/** Links of one transaction, and rows of one read. */
const BATCH = 200;
/** What stands before the first link. */
const GENESIS = '0'.repeat(64);
/** What is hashed for a row that was gone before it had a link. */
const GONE = { gid: '', atMs: 0, principal: '', action: 'gone', reason: '', detail: '' } as const;
/** Retention may overtake whoever reads: what looks broken is looked at again. */
const MOST_LOOKS = 3;

/** The newest link: kept elsewhere, it shows later whether the chain behind it has been made anew. */
export interface ChainHead {
  readonly seq: number;
  readonly hash: string;
}

/** A head as people write it down, `seq:hash`; `null` where a text is none. */
export function chainHeadIn(text: string): ChainHead | null {
  const [, seq, hash] = /^([1-9]\d{0,14}):([0-9a-f]{64})$/.exec(text) ?? [];
  return seq === undefined || hash === undefined ? null : { seq: Number(seq), hash };
}

/** A place where the chain does not hold. */
export interface BrokenLink {
  readonly seq: number;
  readonly auditId: string;
  /** `changed`: the row is not what was hashed. `row_missing`: it is gone. `link_missing`: numbers are missing before this link. */
  readonly problem: 'changed' | 'row_missing' | 'link_missing';
}

/**
 * What became of a head that was kept elsewhere. `changed`: the chain has been made anew. `missing`: its newest end was cut off. `purged`: retention has
 * taken that part away, so that nothing can be said.
 */
export type KeptHead = 'there' | 'changed' | 'missing' | 'purged';

export interface ChainReport {
  readonly holds: boolean;
  readonly links: number;
  /** Rows that were written but have no link yet. */
  readonly unchained: number;
  /** Rows that have neither a link nor the note that one is due: put in behind the coordinator's back. At most a hundred. */
  readonly foreign: readonly string[];
  /** The first broken link; what comes after it cannot be judged. */
  readonly broken: BrokenLink | null;
  readonly head: ChainHead | null;
  /** `null`: none was named. */
  readonly kept: KeptHead | null;
}

export class AuditChain {
  constructor(private readonly dataSource: DataSource) {}

  /** Adds links for what has none, at most a batch, and returns how many. 0 also when another node was faster. */
  async extend(): Promise<number> {
    if (!(await this.dataSource.manager.existsBy(AuditUnchainedEntity, {}))) return 0;
    try {
      return await inTransaction(this.dataSource, (manager) => this.extendWithin(manager));
    } catch (error) {
      if (isDuplicate(error)) return 0;
      throw error;
    }
  }

  async head(): Promise<ChainHead | null> {
    const link = await newestLink(this.dataSource.manager);
    return link === null ? null : { seq: link.seq, hash: link.hash };
  }

  /** Reads the whole chain, a batch at a time, and stops at the first link that does not hold. `kept`: a head of before, which must be in it. */
  async verify(kept: ChainHead | null = null): Promise<ChainReport> {
    const { manager } = this.dataSource;
    let { links, broken } = await readThrough(manager);
    for (let look = 1; broken !== null && look < MOST_LOOKS; look += 1) ({ links, broken } = await readThrough(manager));
    const foreign = await foreignRows(manager);
    const unchained = await manager.count(AuditUnchainedEntity);
    const found = kept === null ? null : await lookFor(manager, kept);
    const holds = broken === null && foreign.length === 0 && found !== 'changed' && found !== 'missing';
    return { holds, links, unchained, foreign, broken, head: await this.head(), kept: found };
  }

  private async extendWithin(manager: EntityManager): Promise<number> {
    const waiting = await manager.find(AuditUnchainedEntity, { order: { id: 'ASC' }, take: BATCH });
    if (waiting.length === 0) return 0;
    const ids = waiting.map(({ id }) => id);
    const rows = await rowsOf(
      manager,
      ids.map((auditId) => ({ auditId })),
    );
    let { seq, hash } = (await newestLink(manager)) ?? { seq: 0, hash: GENESIS };
    const added = ids.map((id) => {
      seq += 1;
      // A note without its row: somebody has taken the row away in the moment before its link. The link says for ever that it was there.
      hash = hashOf(hash, rows.get(id) ?? { ...GONE, id });
      return { seq, auditId: id, hash };
    });
    await manager.insert(AuditChainEntity, added);
    await manager.delete(AuditUnchainedEntity, { id: In(ids) });
    return added.length;
  }
}

async function readThrough(manager: EntityManager): Promise<Pick<ChainReport, 'links' | 'broken'>> {
  let previous = { seq: 0, hash: GENESIS };
  for (let links = 0; ; ) {
    const batch = await linksAfter(manager, previous.seq);
    if (batch.length === 0) return { links, broken: null };
    for (const link of batch) {
      const broken = problemOf(link, previous, link.row ?? undefined, links === 0);
      if (broken !== null) return { links, broken };
      previous = { seq: link.seq, hash: link.hash };
      links += 1;
    }
  }
}

/** Links with their rows, by one statement: retention takes both away in one transaction, and half of that is not to be seen. Index: primary of both. */
function linksAfter(manager: EntityManager, seq: number): Promise<(AuditChainEntity & { readonly row: AuditLogEntity | null })[]> {
  return manager
    .createQueryBuilder(AuditChainEntity, 'c')
    .leftJoinAndMapOne('c.row', AuditLogEntity, 'a', 'a.id = c.auditId')
    .where('c.seq > :seq', { seq })
    .orderBy('c.seq', 'ASC')
    .limit(BATCH)
    .getMany() as Promise<(AuditChainEntity & { readonly row: AuditLogEntity | null })[]>;
}

async function lookFor(manager: EntityManager, { seq, hash }: ChainHead): Promise<KeptHead> {
  const link = await manager.findOneBy(AuditChainEntity, { seq });
  if (link !== null) return link.hash === hash ? 'there' : 'changed';
  const [oldest] = await manager.find(AuditChainEntity, { order: { seq: 'ASC' }, take: 1 });
  return oldest !== undefined && seq < oldest.seq ? 'purged' : 'missing';
}

async function newestLink(manager: EntityManager): Promise<AuditChainEntity | null> {
  const [link] = await manager.find(AuditChainEntity, { order: { seq: 'DESC' }, take: 1 });
  return link ?? null;
}

/** The rows of these links, by their ids. */
export async function rowsOf(
  manager: EntityManager,
  links: readonly Pick<AuditChainEntity, 'auditId'>[],
): Promise<ReadonlyMap<string, AuditLogEntity>> {
  const rows = await manager.find(AuditLogEntity, { where: { id: In(links.map(({ auditId }) => auditId)) } });
  return new Map(rows.map((row) => [row.id, row]));
}

/**
 * How many of these links hold, with their rows. `before`: the link in front of them, `null` when they are the oldest there are. For whoever takes old rows
 * away, and must stop before the first that does not: the break would go with it.
 */
export function soundLinks(
  links: readonly AuditChainEntity[],
  rows: ReadonlyMap<string, AuditLogEntity>,
  before: ChainHead | null,
): number {
  let previous = before ?? { seq: 0, hash: GENESIS };
  const broken = links.findIndex((link, at) => {
    const problem = problemOf(link, previous, rows.get(link.auditId), before === null && at === 0);
    previous = link;
    return problem !== null;
  });
  return broken === -1 ? links.length : broken;
}

/**
 * `isOldest`: retention takes the oldest rows with their links, but for the last link of those, which stays without its row: the anchor. Only such a link
 * may stand at the beginning with another number than 1.
 */
function problemOf(link: AuditChainEntity, previous: ChainHead, row: AuditLogEntity | undefined, isOldest: boolean): BrokenLink | null {
  const { seq, auditId } = link;
  const isAnchor = isOldest && seq !== 1 && row === undefined;
  if (isAnchor) return null;
  if (seq !== previous.seq + 1) return { seq, auditId, problem: 'link_missing' };
  if (row === undefined) return { seq, auditId, problem: 'row_missing' };
  return hashOf(previous.hash, row) === link.hash ? null : { seq, auditId, problem: 'changed' };
}

/** SHA-256 over the hash before and the row as a JSON array, so that no two rows read the same. */
function hashOf(previous: string, { id, gid, atMs, principal, action, reason, detail }: AuditLogEntity): string {
  return createHash('sha256')
    .update(JSON.stringify([previous, id, gid, atMs, principal, action, reason, detail]))
    .digest('hex');
}

async function foreignRows(manager: EntityManager): Promise<readonly string[]> {
  const rows = await manager
    .createQueryBuilder(AuditLogEntity, 'a')
    .select('a.id', 'id')
    .leftJoin(AuditChainEntity, 'c', 'c.audit_id = a.id')
    .leftJoin(AuditUnchainedEntity, 'u', 'u.id = a.id')
    .where('c.seq IS NULL AND u.id IS NULL')
    .limit(100)
    .getRawMany<{ readonly id: string }>();
  return rows.map(({ id }) => id);
}
