/** Finds the key of a participant in the file into which the coordinator writes the keys in force. */
import { readFile } from 'node:fs/promises';

/** A coordinator that starts beside its participants has written the file by then. */
const patienceMs = 20_000;
const lookAgainMs = 100;

/**
 * The key of `participant` in `file` (`{ "inventory": "whsec_..." }`), which is awaited for a while. Throws an error of one line when it does
 * not appear.
 */
export async function signingKeyFromFile(file: string, participant: string, waitMs = patienceMs): Promise<string> {
  const until = performance.now() + waitMs;
  for (;;) {
    const key = await lookUp(file, participant);
    if (key !== null) return key;
    if (performance.now() >= until) {
      throw new Error(`No key for "${participant}" in ${file}: start the coordinator with it in ASSENT_PARTICIPANTS, or configure the key`);
    }
    await new Promise((resolve) => setTimeout(resolve, lookAgainMs));
  }
}

async function lookUp(file: string, participant: string): Promise<string | null> {
  try {
    const keys = JSON.parse(await readFile(file, 'utf8')) as Record<string, unknown>;
    const key = Object.hasOwn(keys, participant) ? keys[participant] : undefined;
    return typeof key === 'string' ? key : null;
  } catch {
    // Not there yet, or half written.
    return null;
  }
}
