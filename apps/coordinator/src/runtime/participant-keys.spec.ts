import { mkdtempSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type OpenedStore, openTransactionStore } from '@assent/store';
import { createTestDatabase, describeOnMariadb } from '../../../../test/support/databases.js';
import { readKeysFile, writeKeysFile } from './keys-file.js';
import { agreeOnKeys } from './participant-keys.js';

const inventory = { name: 'inventory', baseUrl: 'http://inventory:1', concurrency: 64 };
const KEY = `whsec_${Buffer.alloc(32, 5).toString('base64')}`;
const none = new Map<string, string>();
let folder: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'assent-keys-'));
});
afterEach(() => rmSync(folder, { recursive: true, force: true }));

describe('The key of a participant', () => {
  let opened: OpenedStore;
  beforeEach(async () => {
    opened = await openTransactionStore({ url: `sqlite:${join(folder, 'a.sqlite')}`, leaseMs: 5_000 });
  });
  afterEach(() => opened.store.close());

  const keyOf = async (participant: Parameters<typeof agreeOnKeys>[1][number], fromFile = none) => {
    return (await agreeOnKeys(opened.dataSource, [participant], fromFile))[0]?.key;
  };

  it('is made once, and kept', async () => {
    const made = await keyOf(inventory);
    expect(made).toMatch(/^whsec_[A-Za-z0-9+/]{43}=$/);
    expect(await keyOf({ ...inventory, baseUrl: 'http://elsewhere:2' })).toBe(made);
  });

  it('is the one of the configuration where there is one, which then is kept', async () => {
    await keyOf(inventory);
    expect(await keyOf({ ...inventory, key: KEY })).toBe(KEY);
    expect(await keyOf(inventory)).toBe(KEY);
  });

  it('comes from the keys file when the database knows none, so that a new database does not lock services out', async () => {
    expect(await keyOf(inventory, new Map([['inventory', KEY]]))).toBe(KEY);
  });

  it('is made anew when the keys file holds none that can be used', async () => {
    expect(await keyOf(inventory, new Map([['inventory', 'secret']]))).toMatch(/^whsec_/);
  });
});

describeOnMariadb('Nodes that start at once', () => {
  it('agree on one key', async () => {
    const database = await createTestDatabase();
    const nodes = await Promise.all([1, 2, 3, 4].map(() => openTransactionStore({ url: database.url, leaseMs: 5_000, poolSize: 1 })));
    const keys = await Promise.all(nodes.map(async ({ dataSource }) => (await agreeOnKeys(dataSource, [inventory], none))[0]?.key));
    expect(new Set(keys).size).toBe(1);
    await Promise.all(nodes.map(({ store }) => store.close()));
    await database.drop();
  });
});

describe('The keys file', () => {
  it('is its owner’s only, and keeps what others wrote', async () => {
    const path = join(folder, 'deep', 'keys.json');
    await writeKeysFile(path, new Map([['inventory', KEY]]));
    await writeKeysFile(path, new Map([['payment', KEY]]));
    expect(JSON.parse(readFileSync(path, 'utf8'))).toEqual({ inventory: KEY, payment: KEY });
    expect(statSync(path).mode & 0o777).toBe(0o600);
    expect([...(await readKeysFile(path)).keys()]).toEqual(['inventory', 'payment']);
  });

  it('is not touched when it says the same already', async () => {
    const path = join(folder, 'keys.json');
    writeFileSync(path, `{"inventory":"${KEY}"}`);
    await writeKeysFile(path, new Map([['inventory', KEY]]));
    expect(readFileSync(path, 'utf8')).toBe(`{"inventory":"${KEY}"}`);
  });

  it('that is no JSON is refused rather than overwritten', async () => {
    const path = join(folder, 'keys.json');
    writeFileSync(path, 'whsec_');
    await expect(writeKeysFile(path, new Map([['inventory', KEY]]))).rejects.toThrow(/is not a JSON object/);
  });
});
