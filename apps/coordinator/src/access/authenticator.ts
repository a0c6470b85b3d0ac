/** From the headers of a request to the principal behind it: an API key or a JSON Web Token. */
import type { IncomingHttpHeaders } from 'node:http';
import { ApiError } from '../errors/index.js';
import type { Principal } from './principal.js';

/** Says who is asking. */
export interface Authenticator {
  /** At once where the credentials are known. Throws, or rejects with, `ApiError`: `unauthenticated`, `invalid_credentials`, or that nobody can tell now. */
  authenticate(headers: IncomingHttpHeaders): Principal | Promise<Principal>;
}

/** Finds the principal of one kind of credential; `null`: it is none that counts. */
export interface CredentialSource {
  /** At once where it is known; a look at the database or at keys of an issuer otherwise. */
  find(credential: string): Principal | null | Promise<Principal | null>;
}

/** Every key begins so, and no token does: a token is three parts with dots between. */
export const KEY_PREFIX = 'assent_';

/** Longer ones cannot be ours, and are not looked at. */
const MAX_CREDENTIAL_LENGTH = 8_192;

export class HeaderAuthenticator implements Authenticator {
  /** `tokens`: `null` when no issuer of tokens is configured. */
  constructor(
    private readonly keys: CredentialSource,
    private readonly tokens: CredentialSource | null,
  ) {}

  authenticate(headers: IncomingHttpHeaders): Principal | Promise<Principal> {
    const credential = credentialOf(headers);
    const source = credential.startsWith(KEY_PREFIX) ? this.keys : this.tokens;
    const found = source === null || credential.length > MAX_CREDENTIAL_LENGTH ? null : source.find(credential);
    return found instanceof Promise ? found.then(known) : known(found);
  }
}

function known(principal: Principal | null): Principal {
  if (principal !== null) return principal;
  throw new ApiError('invalid_credentials', 'The key or token is not one that counts here.', { challenge: 'error="invalid_token"' });
}

/** `Authorization: Bearer ...` or `x-api-key`, exactly one of them. */
function credentialOf(headers: IncomingHttpHeaders): string {
  const { authorization } = headers;
  const apiKey = headers['x-api-key'];
  if (authorization !== undefined && apiKey !== undefined) {
    throw new ApiError('invalid_credentials', 'Send either the header authorization or x-api-key, not both.', {
      challenge: 'error="invalid_request"',
    });
  }
  if (typeof apiKey === 'string' && apiKey !== '') return apiKey;
  const bearer = authorization === undefined ? null : /^bearer +([^\s]+)$/i.exec(authorization);
  if (bearer?.[1] !== undefined) return bearer[1];
  throw new ApiError('unauthenticated', 'The request carries neither a key nor a token.', { challenge: '' });
}
