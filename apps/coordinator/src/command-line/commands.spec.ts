/** Administration from the command line, on a database file. */
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { openTransactionStore } from '@assent/store';
import { runCommand, UsageError } from './index.js';

let folder: string;
let databaseUrl: string;

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'assent-admin-'));
  databaseUrl = `sqlite:${join(folder, 'a.sqlite')}`;
});
afterEach(() => rmSync(folder, { recursive: true, force: true }));

async function run(...args: string[]): Promise<{ readonly holds: boolean; readonly lines: string[] }> {
  const lines: string[] = [];
  const holds = await runCommand(args, { databaseUrl, print: (line) => lines.push(line) });
  return { holds, lines };
}

it('makes the first admin where there is none, lists it without its secret, and revokes it', async () => {
  const { lines } = await run('keys', 'create', 'root', 'admin');
  const [key = '', note = ''] = lines;
  expect(key).toMatch(/^assent_[A-Za-z0-9_-]{43}$/);
  const id = /Id (\S+),/.exec(note)?.[1] ?? '';
  const listed = (await run('keys', 'list')).lines;
  expect(listed).toEqual([expect.stringMatching(new RegExp(`^${id} +admin +root$`))]);
  expect(listed.join()).not.toContain(key);
  await run('keys', 'revoke', id, 'handed', 'over');
  expect((await run('keys', 'list')).lines[0]).toContain('revoked');
  await expect(run('keys', 'revoke', 'nothing', 'why')).rejects.toThrow('There is no key nothing.');
  await expect(run('keys', 'create', 'root', 'admin')).resolves.toMatchObject({ holds: true });
  await expect(run('keys', 'create', 'root', 'viewer')).rejects.toThrow('"root" has keys with the role admin');
});

it('prints a key without touching anything', async () => {
  expect((await run('keys', 'make')).lines).toEqual([expect.stringMatching(/^assent_/)]);
});

it('proves the audit, or names where it does not hold', async () => {
  await run('keys', 'create', 'root', 'admin');
  expect((await run('audit', 'verify')).holds).toBe(true);
  const cutOff = await run('audit', 'verify', `7:${'a'.repeat(64)}`);
  expect([cutOff.holds, cutOff.lines.at(-1)]).toEqual([false, expect.stringMatching(/^BROKEN: the link 7 that was kept is gone/)]);
  const opened = await openTransactionStore({ url: databaseUrl, leaseMs: 5_000 });
  await opened.dataSource.query('DELETE FROM audit_unchained');
  await opened.store.close();
  const { holds, lines } = await run('audit', 'verify');
  expect([holds, lines.at(-1)]).toEqual([false, expect.stringMatching(/^FOREIGN: /)]);
});

it.each(['', 'keys', 'keys create a', 'keys create a root', 'keys create local admin', 'audit verify x'])(
  'says how it is used when it is told "%s"',
  async (told) => {
    await expect(run(...told.split(' '))).rejects.toThrow(UsageError);
  },
);
