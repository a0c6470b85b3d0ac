/**
 * API keys: 256 random bits each, known by their SHA-256 only. All keys in force are in memory, so that a request costs one hash and one look; the
 * table is read again every few seconds, and at once, though no more than once a second, for a key that is not known yet.
 */
import { hash, randomBytes } from 'node:crypto';
import { type CredentialSource, KEY_PREFIX } from './authenticator.js';
import type { Principal } from './principal.js';
import type { Role } from './roles.js';

const KEY_BYTES = 32;
/** A key that another node has made is known here after this long at the latest, and one that it has revoked counts no more; milliseconds. */
export const KEYS_EVERY_MS = 2_000;
/** Unknown keys make the table be read; no more often than this. */
const LOOK_AGAIN_MS = 1_000;

/** A key in force: of the configuration, or of the table. */
export interface KeyInForce {
  readonly hash: string;
  readonly principal: string;
  readonly role: Role;
  /** `null`: never. */
  readonly expiresAtMs: number | null;
}

/** Where keys are kept. */
export interface KeyStore {
  inForce(): Promise<readonly KeyInForce[]>;
}

/** A new key, which nobody will be shown a second time. */
export function makeApiKey(): string {
  return KEY_PREFIX + randomBytes(KEY_BYTES).toString('base64url');
}

/** 64 hex digits. */
export function hashOfKey(key: string): string {
  return hash('sha256', key, 'hex');
}

/** Says what is wrong with a key without showing it, or `null`. */
export function apiKeyProblem(key: string): string | null {
  if (/^assent_[A-Za-z0-9_-]{43,128}$/.test(key)) return null;
  return `A key is ${KEY_PREFIX} and at least 43 characters of base64url; npm run keys -- make prints one.`;
}

export class ApiKeys implements CredentialSource {
  private byHash: ReadonlyMap<string, KeyInForce>;
  private store: KeyStore | null = null;
  private reading: Promise<void> | null = null;
  private readAtMs = Number.NEGATIVE_INFINITY;
  private timer: NodeJS.Timeout | null = null;

  /** `configured`: keys of the environment, which are there before the database is. */
  constructor(
    private readonly configured: readonly KeyInForce[],
    private readonly clock: { readonly nowMs: () => number; readonly monotonicMs: () => number },
  ) {
    this.byHash = new Map(configured.map((key) => [key.hash, key]));
  }

  /** Reads the table, and goes on reading it until `close`. Throws what the store throws. */
  async open(store: KeyStore): Promise<void> {
    this.store = store;
    await this.refresh();
    this.timer = setInterval(() => void this.refresh().catch(() => undefined), KEYS_EVERY_MS);
    this.timer.unref();
  }

  close(): void {
    if (this.timer !== null) clearInterval(this.timer);
    this.store = null;
  }

  find(key: string): Principal | null | Promise<Principal | null> {
    const found = this.look(key);
    if (found !== null || !this.mayLookAgain()) return found;
    return this.refresh().then(
      () => this.look(key),
      () => null,
    );
  }

  /** Reads the table now; what this node has changed counts at once. */
  refresh(): Promise<void> {
    this.reading ??= this.read().finally(() => {
      this.reading = null;
    });
    return this.reading;
  }

  /** True when a key of the configuration names this principal. */
  isConfigured(principal: string): boolean {
    return this.configured.some((key) => key.principal === principal);
  }

  private look(key: string): Principal | null {
    const found = this.byHash.get(hashOfKey(key));
    if (found === undefined || (found.expiresAtMs !== null && found.expiresAtMs <= this.clock.nowMs())) return null;
    return { name: found.principal, role: found.role };
  }

  private mayLookAgain(): boolean {
    return this.store !== null && this.clock.monotonicMs() - this.readAtMs >= LOOK_AGAIN_MS;
  }

  private async read(): Promise<void> {
    if (this.store === null) return;
    this.readAtMs = this.clock.monotonicMs();
    const kept = await this.store.inForce();
    // Those of the configuration come last: they count even where the table has the same key.
    this.byHash = new Map([...kept, ...this.configured].map((key) => [key.hash, key]));
  }
}
