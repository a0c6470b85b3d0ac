/**
 * A service sees and touches its own transactions, and those it holds a join token for. Whatever else there is, it cannot tell from nothing: the
 * refusal is the answer to a gid that does not exist, word for word.
 */
import { createHmac, timingSafeEqual } from 'node:crypto';
import { EngineError } from '@assent/engine';
import type { FastifyReply } from 'fastify';
import { type Refusals, refusalOf } from './guard.js';
import { type Principal, principalOf } from './principal.js';
import { Seal } from './seal.js';

/** What most begins carry beside the transaction. */
const NOTHING = {};

/** Where a request carries the token. */
export const JOIN_TOKEN_HEADER = 'assent-join-token';

/** Knows who made a transaction. */
export interface Creators {
  /** `created_by`, or `null` when there is no such transaction; as fast for a gid of somebody else than `expected` as for one of nobody. */
  creatorOf(gid: string, expected: string): Promise<string | null>;
}

/** Tokens over gids: nothing is stored, and every node that shares the secret knows every token. */
export class JoinTokens {
  /** Under a key of its own, made of the same secret. */
  readonly seal: Seal;

  constructor(private readonly secret: Buffer) {
    this.seal = new Seal(createHmac('sha256', secret).update('seal').digest());
  }

  /** The token of a gid: 43 characters of base64url, an HMAC-SHA256. */
  make(gid: string): string {
    return createHmac('sha256', this.secret).update(`join ${gid}`).digest('base64url');
  }

  /** Compares in a time that does not depend on where the two differ. */
  isTokenOf(gid: string, token: string): boolean {
    const expected = Buffer.from(this.make(gid));
    const given = Buffer.from(token);
    return given.length === expected.length && timingSafeEqual(given, expected);
  }
}

export class Ownership {
  /** `tokens`: asked for each time, because the secret comes with the database; `null` while access control is off. */
  constructor(
    private readonly tokens: () => JoinTokens | null,
    private readonly refusals: Refusals,
  ) {}

  /** Throws `EngineError` `not_found` when the one who asks may not know of this transaction. */
  async check(reply: FastifyReply, gid: string, creators: Creators): Promise<void> {
    const { name, role } = principalOf(reply);
    if (role !== 'service') return;
    const token = reply.request.headers[JOIN_TOKEN_HEADER];
    if (typeof token === 'string' && this.tokens()?.isTokenOf(gid, token) === true) return;
    const creator = await creators.creatorOf(gid, name);
    if (creator === name) return;
    // Whoever looks for a gid that nobody has is not refused anything: services do, after an answer that was lost.
    if (creator !== null) this.refusals.refused(refusalOf(reply.request, 'not_found', { name, role }));
    throw new EngineError('not_found', `There is no transaction ${gid}.`, { gid });
  }

  /** What this principal carries without being allowed to read it is sealed so; `null`: it may see everything. */
  sealFor({ role }: Principal): Seal | null {
    return role === 'service' ? (this.tokens()?.seal ?? null) : null;
  }

  /** What the answer to a begin carries beside the transaction: the token by which its maker lets other services join. */
  joinTokenFor({ role }: Principal, gid: string): { readonly joinToken?: string } {
    const tokens = role === 'service' ? this.tokens() : null;
    return tokens === null ? NOTHING : { joinToken: tokens.make(gid) };
  }
}

/** Of whom a list shows the transactions: `null` is everybody. */
export function scopeOf({ name, role }: Principal): string | null {
  return role === 'service' ? name : null;
}
