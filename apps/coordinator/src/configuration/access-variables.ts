/** The variables that say who may call, by the same rules as all others (`variables.ts`). */
import { z } from 'zod';
import { readApiKeyOwner, readApiKeyValue } from './access-values.js';
import { origins, pairs } from './values.js';

const ALGORITHMS = ['RS256', 'RS384', 'RS512', 'PS256', 'PS384', 'PS512', 'ES256', 'ES384', 'ES512', 'EdDSA'] as const;

const httpUrl = z.url({ protocol: /^https?$/, error: 'must be a URL such as https://issuer.example/keys' });

export const accessVariables = {
  ASSENT_AUTH: z.enum(['off', 'on'], { error: 'must be off or on' }).default('off').meta({
    description:
      '`on`: every caller needs an API key or a token, and has one of four roles; only then may ASSENT_HTTP_HOST be more than loopback. `off`: whoever reaches the loopback address may do everything. See docs/security.md.',
  }),
  ASSENT_API_KEYS: pairs(readApiKeyOwner, readApiKeyValue).default(new Map<string, string>()).meta({
    description:
      'API keys that count beside those of the table `api_key`, as `name:role=assent_<base64url>`, comma separated; roles are service, viewer, operator and admin. The first admin comes from here, or from `npm run keys`.',
    shownDefault: 'none',
  }),
  ASSENT_METRICS_PUBLIC: z.enum(['no', 'yes'], { error: 'must be no or yes' }).default('no').meta({
    description:
      '`yes`: /metrics asks nobody who they are, for scrapers that carry no key. Metrics hold no ids, but names of participants.',
  }),
  ASSENT_WEBHOOK_ORIGINS: origins.default([]).meta({
    description:
      'Origins that webhooks of escalation may be sent to, comma separated: `https://hooks.pager.example`. Any other URL is refused.',
    shownDefault: 'none',
  }),
  ASSENT_JWT_ISSUER: z.string().max(512).default('').meta({
    description: 'Accepts JSON Web Tokens of this issuer (`iss`); needs ASSENT_JWT_AUDIENCE and one source of keys.',
    shownDefault: 'none',
  }),
  ASSENT_JWT_AUDIENCE: z
    .string()
    .max(512)
    .default('')
    .meta({ description: 'What `aud` of a token must hold: tokens made for another service do not count here.', shownDefault: 'none' }),
  ASSENT_JWT_ALGORITHM: z
    .enum(ALGORITHMS, { error: `must be one of ${ALGORITHMS.join(', ')}` })
    .default('RS256')
    .meta({ description: 'The only algorithm a token may be signed by.' }),
  ASSENT_JWT_JWKS_URL: httpUrl.default('').meta({ description: 'Where the issuer publishes its keys.', shownDefault: 'none' }),
  ASSENT_JWT_PUBLIC_KEY_FILE: z
    .string()
    .max(4_096)
    .default('')
    .meta({ description: "The issuer's public key as a PEM file, instead of ASSENT_JWT_JWKS_URL.", shownDefault: 'none' }),
  ASSENT_JWT_ROLE_CLAIM: z
    .string()
    .min(1)
    .max(128)
    .default('assent_role')
    .meta({ description: 'The claim that holds the role: one of service, viewer, operator, admin. `sub` names the principal.' }),
};
