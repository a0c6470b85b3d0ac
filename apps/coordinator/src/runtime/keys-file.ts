/** The file through which services on the same machine learn their keys: `{ "inventory": "whsec_..." }`, readable by its owner only. */
import { randomUUID } from 'node:crypto';
import { mkdir, readFile, rename, rm, writeFile } from 'node:fs/promises';
import { dirname } from 'node:path';

/** The keys file cannot be used; the message is one line for the operator. */
export class KeysFileError extends Error {
  override readonly name = 'KeysFileError';
}

/** Keys by participant; empty when there is no file yet. Throws `KeysFileError` when there is one that cannot be read. */
export async function readKeysFile(path: string): Promise<ReadonlyMap<string, string>> {
  let text: string;
  try {
    text = await readFile(path, 'utf8');
  } catch (cause) {
    if ((cause as NodeJS.ErrnoException).code === 'ENOENT') return new Map();
    throw new KeysFileError(`ASSENT_KEYS_FILE ${path} cannot be read: ${reasonOf(cause)}`, { cause });
  }
  try {
    const entries = Object.entries(JSON.parse(text) as Record<string, unknown>);
    return new Map(entries.filter((entry): entry is [string, string] => typeof entry[1] === 'string'));
  } catch (cause) {
    throw new KeysFileError(`ASSENT_KEYS_FILE ${path} is not a JSON object of names and keys`, { cause });
  }
}

/**
 * Replaces the file as a whole, so that a reader never sees half of it; what is in force already is left alone. Entries of names that `keys` lacks
 * are kept: another coordinator on this machine may share the file. Throws `KeysFileError`.
 */
export async function writeKeysFile(path: string, keys: ReadonlyMap<string, string>): Promise<void> {
  const before = await readKeysFile(path);
  if ([...keys].every(([name, key]) => before.get(name) === key)) return;
  const beside = `${path}.${randomUUID()}`;
  try {
    await mkdir(dirname(path), { recursive: true });
    await writeFile(beside, `${JSON.stringify(Object.fromEntries([...before, ...keys]), null, 2)}\n`, { mode: 0o600 });
    await rename(beside, path);
  } catch (cause) {
    await rm(beside, { force: true });
    throw new KeysFileError(`ASSENT_KEYS_FILE ${path} cannot be written: ${reasonOf(cause)}`, { cause });
  }
}

function reasonOf(cause: unknown): string {
  return (cause as NodeJS.ErrnoException).code ?? String(cause);
}
