/** What a service says of itself: its shape, and how it is signed. `docs/participants.md` explains it to those who write services. */
import { createHmac, timingSafeEqual } from 'node:crypto';
import { configure } from 'safe-stable-stringify';

export interface Announcement {
  readonly participant: string;
  /** The application; one name for all its instances. */
  readonly service: string;
  readonly instance: string;
  readonly version: string;
  readonly state: 'up' | 'leaving';
  readonly contracts: readonly { readonly name: string; readonly ops: readonly string[]; readonly schemaHash: string | null }[];
  /** Base URLs, and `nats:`. */
  readonly endpoints: readonly string[];
}

const id = { type: 'string', pattern: '^[A-Za-z0-9._-]{1,64}$', description: '1 to 64 letters, digits, ".", "_" or "-"' } as const;

export const announcementSchema = {
  type: 'object',
  additionalProperties: false,
  required: ['participant', 'service', 'instance', 'version', 'state', 'contracts', 'endpoints'],
  properties: {
    participant: { type: 'string', pattern: '^[A-Za-z0-9_-]{1,64}$', description: 'a name of 1 to 64 letters, digits, "_" or "-"' },
    service: { ...id, description: `the application, the same for all its instances: ${id.description}` },
    instance: { ...id, description: `this process: ${id.description}` },
    version: { ...id, description: `of the application: ${id.description}` },
    state: { type: 'string', enum: ['up', 'leaving'] },
    contracts: {
      type: 'array',
      minItems: 1,
      maxItems: 200,
      items: {
        type: 'object',
        additionalProperties: false,
        required: ['name', 'ops', 'schemaHash'],
        properties: {
          name: id,
          ops: {
            type: 'array',
            minItems: 1,
            maxItems: 16,
            items: { type: 'string', pattern: '^[a-z-]{1,32}$', description: 'an op: lower-case letters and "-"' },
          },
          schemaHash: {
            anyOf: [{ type: 'string', pattern: '^[0-9a-f]{64}$', description: 'a SHA-256 in hex' }, { type: 'null' }],
            description: 'SHA-256 of the schema of its payload, in hex; null: it has none.',
          },
        },
      },
    },
    endpoints: {
      type: 'array',
      minItems: 1,
      maxItems: 4,
      items: { type: 'string', minLength: 1, maxLength: 300 },
      description: 'Where it is called: base URLs (`http://10.0.0.7:4102`), and `nats:`.',
    },
  },
} as const;

/** The three headers of Standard Webhooks. */
export interface SignatureHeaders {
  readonly id: string;
  readonly timestamp: string;
  readonly signature: string;
}

/** With sorted keys JavaScript writes the RFC 8785 form. */
const canonicalText = configure({ deterministic: true });

/** As the Standard Webhooks specification recommends, in seconds: older signatures, and such from the future, are not valid. */
export const TOLERANCE_SECONDS = 300;

/**
 * The signature that `key` makes over the RFC 8785 form of the body, as 64 hex digits, when one of those given is it; else `null`. `key` is
 * `whsec_<base64>`. The canonical form is what is signed, so that neither HTTP nor NATS has to keep the bytes as they came.
 */
export function signatureBy(
  key: string,
  body: unknown,
  { id: messageId, timestamp, signature }: SignatureHeaders,
  nowMs: number,
): string | null {
  if (!/^[0-9]{1,12}$/.test(timestamp) || Math.abs(nowMs / 1_000 - Number(timestamp)) > TOLERANCE_SECONDS) return null;
  const secret = Buffer.from(key.replace(/^whsec_/, ''), 'base64');
  const text = canonicalText(body) ?? '';
  const expected = createHmac('sha256', secret).update(`${messageId}.${timestamp}.${text}`).digest();
  const isSigned = signature.split(' ').some((one) => {
    const given = Buffer.from(one.startsWith('v1,') ? one.slice(3) : '', 'base64');
    return given.length === expected.length && timingSafeEqual(given, expected);
  });
  return isSigned ? expected.toString('hex') : null;
}
