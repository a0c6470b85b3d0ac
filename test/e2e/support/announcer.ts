/** Announces a service by hand, signed as the library of participants signs. */

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

/** `sent`: what leaves instead of what was signed. */
export function announce(
  url: string,
  key: string,
  body: Readonly<Record<string, unknown>>,
  at = new Date(),
  sent: object = body,
): Promise<Answer> {
  const signed = {
    'webhook-id': 'a-1',
    'webhook-timestamp': String(Math.floor(at.getTime() / 1_000)),
    'webhook-signature': new Webhook(key).sign('a-1', at, canonicalText(body) ?? ''),
  };
  return send(url, 'POST', '/v1/registry/announcements', sent, signed);
}
