/**
 * JSON Web Tokens of one issuer (RFC 7519), verified by `jose`. The algorithm is pinned by configuration, so neither `none` nor a public key taken for
 * an HMAC secret is ever tried; issuer, audience, expiry and subject are demanded. What was verified is remembered for a moment, so that
 * a busy caller costs one hash a request.
 */
import { createPublicKey, hash, type KeyObject } from 'node:crypto';
import { createRemoteJWKSet, customFetch, errors, type FetchImplementation, type JWTPayload, jwtVerify } from 'jose';
import { ApiError } from '../errors/index.js';
import type { CredentialSource } from './authenticator.js';
import type { Principal } from './principal.js';
import { type Role, roles } from './roles.js';

/** Issuer and coordinator may disagree on the time by as much. */
const CLOCK_TOLERANCE_S = 5;
/** A token is not verified again for so long, unless it expires before; milliseconds. */
const REMEMBERED_MS = 60_000;
const MOST_REMEMBERED = 10_000;
const NAME = /^[!-~]{1,120}$/;

export interface TokenRules {
  readonly issuer: string;
  readonly audience: string;
  /** The only one that is accepted, `RS256` for example. */
  readonly algorithm: string;
  readonly roleClaim: string;
  /** Where the issuer publishes its keys, or its one public key in PEM. */
  readonly keys: { readonly jwksUrl: string } | { readonly publicKey: string };
}

/** Reads the document at a URL; the egress policy decides whether it may. Throws where it cannot be had. */
export interface KeyDocuments {
  read(
    url: string,
    headers: Readonly<Record<string, string>>,
    signal: AbortSignal,
  ): Promise<{ readonly status: number; readonly text: string }>;
}

type Verify = (token: string) => Promise<JWTPayload>;

interface Remembered {
  readonly principal: Principal;
  readonly untilMs: number;
}

export class Tokens implements CredentialSource {
  private readonly verify: Verify;
  private readonly remembered = new Map<string, Remembered>();

  /** Throws when the public key is none. */
  constructor(
    private readonly rules: TokenRules,
    private readonly nowMs: () => number,
    documents: KeyDocuments,
  ) {
    this.verify = verifierOf(rules, nowMs, documents);
  }

  find(token: string): Principal | null | Promise<Principal | null> {
    const key = hash('sha256', token, 'hex');
    const known = this.remembered.get(key);
    if (known !== undefined && known.untilMs > this.nowMs()) return known.principal;
    this.remembered.delete(key);
    return this.verified(token, key);
  }

  /** `null`: it does not count. Throws `ApiError` when the issuer's keys cannot be had: nobody can tell. */
  private async verified(token: string, key: string): Promise<Principal | null> {
    let payload: JWTPayload;
    try {
      payload = await this.verify(token);
    } catch (error) {
      if (saysNo(error)) return null;
      throw new ApiError('issuer_unavailable', 'The keys of the issuer of tokens cannot be read now.');
    }
    const principal = principalIn(payload, this.rules.roleClaim);
    if (principal !== null) this.remember(key, principal, (payload.exp ?? 0) * 1_000);
    return principal;
  }

  private remember(key: string, principal: Principal, expiresAtMs: number): void {
    const oldest = this.remembered.keys().next();
    if (this.remembered.size >= MOST_REMEMBERED && oldest.done !== true) this.remembered.delete(oldest.value);
    this.remembered.set(key, { principal, untilMs: Math.min(expiresAtMs, this.nowMs() + REMEMBERED_MS) });
  }
}

function verifierOf({ issuer, audience, algorithm, keys }: TokenRules, nowMs: () => number, documents: KeyDocuments): Verify {
  const options = () => ({
    ...{ issuer, audience, algorithms: [algorithm], requiredClaims: ['exp', 'sub'], clockTolerance: CLOCK_TOLERANCE_S },
    currentDate: new Date(nowMs()),
  });
  if ('jwksUrl' in keys) {
    const published = createRemoteJWKSet(new URL(keys.jwksUrl), { [customFetch]: fetchFrom(documents) });
    return async (token) => (await jwtVerify(token, published, options())).payload;
  }
  const publicKey: KeyObject = createPublicKey(keys.publicKey);
  return async (token) => (await jwtVerify(token, publicKey, options())).payload;
}

function fetchFrom(documents: KeyDocuments): FetchImplementation {
  return async (url, { headers, signal }) => {
    const { status, text } = await documents.read(url, Object.fromEntries(headers), signal);
    if (status !== 200) throw new Error(`The issuer answered ${status}`);
    return new Response(text);
  };
}

/** True for what is wrong with the token; false for what is wrong with the way to the issuer's keys. */
function saysNo(error: unknown): boolean {
  if (error instanceof errors.JWKSTimeout || error instanceof errors.JWKSInvalid) return false;
  return error instanceof errors.JOSEError ? error.code !== 'ERR_JOSE_GENERIC' : error instanceof TypeError && !isNetworkFailure(error);
}

/** `fetch` fails with a TypeError that has a cause; a key that does not fit the algorithm fails with one that has none. */
function isNetworkFailure(error: TypeError): boolean {
  return error.cause !== undefined;
}

/** The prefix keeps a subject from passing for the principal of a key. */
function principalIn(payload: JWTPayload, roleClaim: string): Principal | null {
  const role = roles.find((one): one is Role => one === payload[roleClaim]);
  const { sub } = payload;
  return role === undefined || sub === undefined || !NAME.test(sub) ? null : { name: `jwt:${sub}`, role };
}
