/** What a customer sends to place an order. */
import { createHash } from 'node:crypto';
import { Problem } from '@assent/service';
import { z } from 'zod';

export const skuText = z.string().regex(/^[A-Za-z0-9._-]{1,64}$/, { error: 'must be 1 to 64 of letters, digits, ".", "_" and "-"' });

export const PlaceOrder = z.strictObject({
  /** Which pattern carries the order out. */
  mode: z.enum(['tcc', 'saga']),
  /** Who pays. */
  account: z.string().regex(/^[A-Za-z0-9._-]{1,64}$/, { error: 'must be the id of an account' }),
  lines: z
    .array(
      z.strictObject({
        sku: skuText,
        quantity: z.number().int().min(1).max(1_000),
        /** The price the customer has seen, in minor units; refused when it has changed. */
        price: z.number().int().min(1).optional(),
      }),
    )
    .min(1)
    .max(50),
});

export type PlaceOrder = z.infer<typeof PlaceOrder>;

/** The header `Idempotency-Key`: what makes it safe to place an order again when the answer was lost. Throws a `Problem`. */
export function readIdempotencyKey(header: unknown): string {
  if (typeof header !== 'string' || header === '') {
    throw new Problem(400, 'idempotency_key_missing', 'Send a header Idempotency-Key of your own choice, another one for each order.');
  }
  if (!/^[\x21-\x7e]{1,128}$/.test(header)) {
    throw new Problem(400, 'idempotency_key_invalid', 'The header Idempotency-Key must be 1 to 128 visible ASCII characters.');
  }
  return header;
}

/** Tells an order from a different one under the same key: SHA-256, hexadecimal. */
export function contentHashOf(order: PlaceOrder): string {
  const lines = order.lines.map(({ sku, quantity, price }) => [sku, quantity, price ?? null]);
  return createHash('sha256')
    .update(JSON.stringify([order.mode, order.account, lines]))
    .digest('hex');
}
