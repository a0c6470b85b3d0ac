/**
 * What the inventory takes part in: the contracts it answers, as schemas that check every payload and as types for those who call it. This
 * folder is the door of the service: initiators import its types and nothing else of it.
 */
import { z } from 'zod';

const quantity = z.number().int().min(1).max(1_000);

export const skuText = z.string().regex(/^[A-Za-z0-9._-]{1,64}$/, { error: 'must be 1 to 64 of letters, digits, ".", "_" and "-"' });

export const OrderLines = z.strictObject({
  /** A SKU may be named by several lines; their quantities add up. */
  lines: z
    .array(z.strictObject({ sku: skuText, quantity }))
    .min(1)
    .max(50),
});

export type OrderLines = z.infer<typeof OrderLines>;

/**
 * Refusals: `OUT_OF_STOCK` (fewer are available than asked for), `UNKNOWN_SKU`. An order of several SKUs is taken whole or not at all.
 */
export type InventoryContracts = {
  /** TCC: reserves; the confirmation sells what is reserved, the cancellation releases it. */
  readonly 'inventory.reserve': { readonly payload: OrderLines; readonly result: undefined };
  /** Saga step: sells at once; the compensation puts it back on the shelf. */
  readonly 'inventory.deduct': { readonly payload: OrderLines; readonly result: undefined };
};
