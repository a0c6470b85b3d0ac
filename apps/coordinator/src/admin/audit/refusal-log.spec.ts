import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { AuditChain, findAudit, type OpenedStore, openTransactionStore } from '@assent/store';
import { RefusalLog } from './refusal-log.js';

const refusal = { principal: null, method: 'GET', route: '/v1/keys', code: 'unauthenticated', gid: null };

describe('Refusals', () => {
  let folder: string;
  let opened: OpenedStore;
  let warnings: object[];
  let log: RefusalLog;

  beforeEach(async () => {
    folder = mkdtempSync(join(tmpdir(), 'assent-refusals-'));
    opened = await openTransactionStore({ url: `sqlite:${join(folder, 'a.sqlite')}`, leaseMs: 5_000 });
    warnings = [];
    log = new RefusalLog({ warn: (fields) => warnings.push(fields) }, () => 7);
  });
  afterEach(async () => {
    await log.close();
    if (opened.dataSource.isInitialized) await opened.store.close();
    rmSync(folder, { recursive: true, force: true });
  });

  const written = () => findAudit(opened.dataSource, { limit: 500 });

  it('are written into the audit, and join its chain', async () => {
    log.refused({ ...refusal, principal: { name: 'eye', role: 'viewer' }, code: 'forbidden', gid: 'g-1' });
    log.open(opened.dataSource);
    await log.write();
    expect(await written()).toEqual([
      expect.objectContaining({ principal: 'eye', action: 'refused', reason: 'forbidden', gid: 'g-1', atMs: 7 }),
    ]);
    const chain = new AuditChain(opened.dataSource);
    expect(await chain.extend()).toBe(1);
  });

  it('that flood in are counted, not written one by one', async () => {
    log.open(opened.dataSource);
    for (let n = 0; n < 10_000; n += 1) log.refused(refusal);
    await log.write();
    const rows = await written();
    expect(rows).toHaveLength(50);
    expect(rows.map(({ detail }) => (JSON.parse(detail) as { andMore?: number }).andMore ?? 0).reduce((sum, more) => sum + more, 0)).toBe(
      9_950,
    );
  });

  it('that name a gid which is none are written all the same', async () => {
    log.open(opened.dataSource);
    log.refused({ ...refusal, gid: `${'x'.repeat(70)} ä` });
    await log.write();
    expect(await written()).toEqual([expect.objectContaining({ gid: '' })]);
  });

  it('that cannot be written are said in the log, and hold up nothing', async () => {
    log.open(opened.dataSource);
    await opened.store.close();
    log.refused(refusal);
    await log.write();
    expect(warnings).toEqual([expect.objectContaining({ refusals: 1 })]);
  });
});
