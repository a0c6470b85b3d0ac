/** What a migration finds where an older version has worked, and what becomes of it. */
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type Job, JobTable, openTransactionStore, Retention } from '@assent/store';
import { createTestDatabase, mariadbUrl } from '../support/databases.js';
import { anAudit } from './support/rows.js';

const job: Job = {
  ...{ id: 'j', action: 'retry', request: '{}', reason: 'why', principal: 'ada', role: 'operator', state: 'stopped', cause: '' },
  ...{ perSecond: 50, total: 0, position: null, canaryEnd: null, createdAtMs: 1, finishedAtMs: 1 },
};

describe.each([
  ['SQLite', 'sqlite'],
  ['MariaDB', 'mariadb'],
] as const)('a database of an older version, on %s', (_name, kind) => {
  const itThere = kind === 'sqlite' || mariadbUrl !== null ? it : it.skip;
  let url: string;
  let drop: () => Promise<void>;

  beforeEach(async () => {
    if (kind === 'mariadb') {
      ({ url, drop } = await createTestDatabase());
      return;
    }
    const folder = mkdtempSync(join(tmpdir(), 'assent-migrations-'));
    url = `sqlite:${join(folder, 'a.sqlite')}`;
    drop = async () => rmSync(folder, { recursive: true, force: true });
  });
  afterEach(() => drop());

  const open = () => openTransactionStore({ url, leaseMs: 5_000 });

  itThere('keeps its jobs where they are, and does not forget whose content is still to go', async () => {
    const { store, dataSource } = await open();
    const jobs = new JobTable(dataSource);
    await jobs.create({ ...job, id: 'whole', state: 'canary', total: 7 }, anAudit(''));
    await jobs.create({ ...job, id: 'marked', total: 7 }, anAudit(''));
    await jobs.create({ ...job, id: 'nothing' }, anAudit(''));
    await jobs.create({ ...job, id: 'collecting', state: 'collecting', total: 7, position: 'somewhere' }, anAudit(''));
    await dataSource.query("UPDATE bulk_job SET position = 'canary 12' WHERE id = 'marked'");
    await dataSource.query(
      "INSERT INTO housekeeping (name, at, gid) VALUES ('late-1f', 1, 'g-late'), ('late', 0, 'late-1f'), ('empty', 3, 'g')",
    );
    await dataSource.query('ALTER TABLE bulk_job DROP COLUMN canary_end');
    await dataSource.query('DROP TABLE late_end');
    await dataSource.query("DELETE FROM assent_migration WHERE name LIKE 'Places%'");
    await store.close();

    const after = await open();
    const now = new JobTable(after.dataSource);
    const placeOf = async (id: string) => [(await now.find(id))?.canaryEnd, (await now.find(id))?.position];
    expect(await Promise.all(['whole', 'marked', 'nothing', 'collecting'].map(placeOf))).toEqual([
      [5, null],
      [12, null],
      [null, null],
      [null, 'somewhere'],
    ]);
    expect(await after.dataSource.query('SELECT name FROM housekeeping')).toEqual([{ name: 'empty' }]);
    expect(await new Retention(after.dataSource, { keepFinishedMs: 1, retentionMs: 1 }).foresee('late', 10)).toMatchObject({ looked: 1 });
    await after.store.close();
  });
});
