/** Who may call, as the rest of the app is given it, and what is wrong between the variables that say so. */

import { createPublicKey } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { hashOfKey, type KeyInForce, type TokenRules } from '../access/index.js';
import { ownerOf } from './access-values.js';
import { isLoopback } from './values.js';
import type { Variables } from './variables.js';

/** `null` instead of it: access control is off. */
export interface AccessConfiguration {
  readonly keys: readonly KeyInForce[];
  /** `null`: no tokens. */
  readonly tokens: TokenRules | null;
  readonly publicMetrics: boolean;
}

/** Throws when the file of the public key cannot be read; `accessProblems` has said so before. */
export function accessOf(values: Variables): AccessConfiguration | null {
  if (values.ASSENT_AUTH === 'off') return null;
  const keys = [...values.ASSENT_API_KEYS].map(([owner, key]) => ({ hash: hashOfKey(key), ...ownerOf(owner), expiresAtMs: null }));
  return { keys, tokens: tokensOf(values), publicMetrics: values.ASSENT_METRICS_PUBLIC === 'yes' };
}

/** One sentence for each problem. */
export function accessProblems(values: Partial<Variables>): string[] {
  return [...exposed(values), ...unlocked(values), ...ambiguous(values), ...halfIssuer(values), ...unreadableKey(values)];
}

function tokensOf(values: Variables): TokenRules | null {
  const {
    ASSENT_JWT_ISSUER: issuer,
    ASSENT_JWT_AUDIENCE: audience,
    ASSENT_JWT_ALGORITHM: algorithm,
    ASSENT_JWT_ROLE_CLAIM: roleClaim,
  } = values;
  if (issuer === '') return null;
  const { ASSENT_JWT_JWKS_URL: jwksUrl, ASSENT_JWT_PUBLIC_KEY_FILE: file } = values;
  return { issuer, audience, algorithm, roleClaim, keys: jwksUrl === '' ? { publicKey: readFileSync(file, 'utf8') } : { jwksUrl } };
}

function exposed({ ASSENT_AUTH: auth, ASSENT_HTTP_HOST: host }: Partial<Variables>): string[] {
  if (auth !== 'off' || host === undefined || isLoopback(host)) return [];
  return [
    'ASSENT_HTTP_HOST must be a loopback address (127.0.0.1, ::1, localhost) unless ASSENT_AUTH=on: without it whoever reaches the API may do everything',
  ];
}

function unlocked({ ASSENT_AUTH: auth, ASSENT_API_KEYS: keys, ASSENT_JWT_ISSUER: issuer }: Partial<Variables>): string[] {
  if (auth !== 'off') return [];
  const set = [(keys?.size ?? 0) > 0 && 'ASSENT_API_KEYS', (issuer ?? '') !== '' && 'ASSENT_JWT_ISSUER'].filter((one) => one !== false);
  return set.map((name) => `${name} counts only with ASSENT_AUTH=on`);
}

/** One principal has one role, and a key tells who it is. */
function ambiguous({ ASSENT_API_KEYS: keys }: Partial<Variables>): string[] {
  const names = [...(keys?.keys() ?? [])].map((owner) => ownerOf(owner).principal);
  const twice = names.filter((name, place) => names.indexOf(name) !== place);
  const texts = [...(keys?.values() ?? [])];
  const shared = names.filter((_, place) => texts.indexOf(texts[place] ?? '') !== place);
  return [
    ...twice.map((name) => `ASSENT_API_KEYS gives "${name}" two roles`),
    ...shared.map((name) => `ASSENT_API_KEYS gives "${name}" the key of somebody else`),
  ];
}

function halfIssuer(values: Partial<Variables>): string[] {
  const { ASSENT_JWT_ISSUER: issuer, ASSENT_JWT_AUDIENCE: audience, ASSENT_JWT_JWKS_URL: url, ASSENT_JWT_PUBLIC_KEY_FILE: file } = values;
  if (issuer === undefined || audience === undefined || url === undefined || file === undefined) return [];
  if (issuer === '') return audience + url + file === '' ? [] : ['ASSENT_JWT_ISSUER is missing beside the other ASSENT_JWT_ variables'];
  return [
    ...(audience === '' ? ['ASSENT_JWT_AUDIENCE is missing: a token made for anybody else would count here'] : []),
    ...((url === '') === (file === '') ? ['ASSENT_JWT_ISSUER needs either ASSENT_JWT_JWKS_URL or ASSENT_JWT_PUBLIC_KEY_FILE'] : []),
  ];
}

function unreadableKey({ ASSENT_JWT_ISSUER: issuer, ASSENT_JWT_PUBLIC_KEY_FILE: file }: Partial<Variables>): string[] {
  if (issuer === undefined || issuer === '' || file === undefined || file === '') return [];
  try {
    createPublicKey(readFileSync(file, 'utf8'));
    return [];
  } catch (error) {
    return [`ASSENT_JWT_PUBLIC_KEY_FILE ${file} is not a public key in PEM (${(error as NodeJS.ErrnoException).code ?? 'unreadable'})`];
  }
}
