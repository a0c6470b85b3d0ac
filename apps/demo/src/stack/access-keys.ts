/** The keys of the demo: one for each role, made at first start and kept, so that command lines that were printed once keep working. */
import { randomBytes } from 'node:crypto';
import { mkdir, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';

/** Who has a key, and which role it gives. */
const owners = { order: 'service', viewer: 'viewer', operator: 'operator', admin: 'admin' } as const;

export type KeyOwner = keyof typeof owners;

export type AccessKeys = Readonly<Record<KeyOwner, string>>;

const KEY_BYTES = 32;

/** Where the keys are, and a header with the admin's that `curl -H @file` sends; both readable by their owner only. */
const KEYS_FILE = 'access.json';
const HEADER_FILE = 'key';

/** The keys kept in `folder`, made where there are none. Throws what the file system throws. */
export async function accessKeysIn(folder: string): Promise<AccessKeys> {
  const file = join(folder, KEYS_FILE);
  const kept = await readKeys(file);
  const keys = Object.fromEntries(Object.keys(owners).map((owner) => [owner, kept[owner] ?? makeKey()])) as Record<KeyOwner, string>;
  await mkdir(folder, { recursive: true });
  await writeFile(file, `${JSON.stringify(keys, null, 2)}\n`, { mode: 0o600 });
  await writeFile(join(folder, HEADER_FILE), `x-api-key: ${keys.admin}\n`, { mode: 0o600 });
  return keys;
}

/** The keys as ASSENT_API_KEYS takes them. */
export function apiKeysText(keys: AccessKeys): string {
  return Object.entries(owners)
    .map(([owner, role]) => `${owner}:${role}=${keys[owner as KeyOwner]}`)
    .join(',');
}

function makeKey(): string {
  return `assent_${randomBytes(KEY_BYTES).toString('base64url')}`;
}

async function readKeys(file: string): Promise<Readonly<Record<string, string | undefined>>> {
  try {
    return JSON.parse(await readFile(file, 'utf8')) as Record<string, string>;
  } catch (error) {
    // Not there yet, or half written by a start that was killed: nobody has been shown these keys.
    if ((error as NodeJS.ErrnoException).code === 'ENOENT' || error instanceof SyntaxError) return {};
    throw error;
  }
}
