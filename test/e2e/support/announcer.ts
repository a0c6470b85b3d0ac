/** Announces a service by hand, signed as the library of participants signs. */
import { randomUUID } from 'node:crypto';
import { configure } from 'safe-stable-stringify';
import { Webhook } from 'standardwebhooks';
import { type Answer, send } from './coordinators.js';

const canonicalText = configure({ deterministic: true });

export function announcementOf(of: Readonly<Record<string, unknown>> = {}): Record<string, unknown> {
  return {
    participant: 'inventory',
    service: 'shop-inventory',
    instance: 'i-1',
    version: '1.0.0',
    state: 'up',
    contracts: [{ name: 'inventory.reserve', ops: ['cancel', 'confirm', 'try'], schemaHash: 'a'.repeat(64) }],
    endpoints: ['http://127.0.0.1:4102'],
    ...of,
  };
}

/** A signed announcement on its way, which can be captured. */
export interface SignedAnnouncement {
  readonly body: object;
  readonly headers: Readonly<Record<string, string>>;
}

export function signedAnnouncement(key: string, body: Readonly<Record<string, unknown>>, at = new Date()): SignedAnnouncement {
  const id = randomUUID();
  const headers = {
    'webhook-id': id,
    'webhook-timestamp': String(Math.floor(at.getTime() / 1_000)),
    'webhook-signature': new Webhook(key).sign(id, at, canonicalText(body) ?? ''),
  };
  return { body, headers };
}

export function sendAnnouncement(url: string, { body, headers }: SignedAnnouncement): Promise<Answer> {
  return send(url, 'POST', '/v1/registry/announcements', body, headers);
}

/** `sent`: what leaves instead of what was signed. */
export function announce(
  url: string,
  key: string,
  body: Readonly<Record<string, unknown>>,
  at = new Date(),
  sent: object = body,
): Promise<Answer> {
  return sendAnnouncement(url, { ...signedAnnouncement(key, body, at), body: sent });
}
