/** Who is asking, and what they may do: authentication, roles, and whose transactions are whose. */
export { ApiKeys, apiKeyProblem, hashOfKey, type KeyInForce, makeApiKey } from './api-keys.js';
export { type Authenticator, type CredentialSource, HeaderAuthenticator, KEY_PREFIX } from './authenticator.js';
export { type AccessRules, type Guarding, guardRoutes, type Refusal, type Refusals, refusalOf } from './guard.js';
export { type Creators, JOIN_TOKEN_HEADER, JoinTokens, Ownership, scopeOf } from './ownership.js';
export { identifiedBy, LOCAL, type Principal, principalOf } from './principal.js';
export { openTo, type Role, type RouteAccess, roles } from './roles.js';
export { type GuardedRoute, rulesOf } from './rules.js';
export { Seal } from './seal.js';
export { type KeyDocuments, type TokenRules, Tokens } from './tokens.js';
