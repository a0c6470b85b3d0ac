import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { signingKeyFromFile } from './signing-key.js';

describe('the key in the file of the coordinator', () => {
  let folder: string;
  let file: string;

  beforeEach(() => {
    folder = mkdtempSync(join(tmpdir(), 'assent-keys-'));
    file = join(folder, 'keys.json');
  });

  afterEach(() => rmSync(folder, { recursive: true }));

  it('is awaited by a service that starts before the coordinator has written it', async () => {
    const found = signingKeyFromFile(file, 'inventory', 10_000);
    writeFileSync(file, '{ "inventory": "whs');
    writeFileSync(file, '{ "inventory": "whsec_a", "payment": "whsec_b" }');
    expect(await found).toBe('whsec_a');
  });

  it('is missed in one line that says what to do', async () => {
    writeFileSync(file, '{ "payment": "whsec_b" }');
    await expect(signingKeyFromFile(file, 'inventory', 0)).rejects.toThrow(/^No key for "inventory" in .*: start the coordinator/);
    await expect(signingKeyFromFile(file, 'constructor', 0)).rejects.toThrow(/^No key for "constructor"/);
  });
});
