/**
 * What the payment service takes part in: the contracts it answers, as schemas that check every payload and as types for those who call it.
 * This folder is the door of the service: initiators import its types and nothing else of it.
 */
import { z } from 'zod';

/** The shop's own account, which earns what customers pay. Nobody pays from it. */
export const merchantId = 'merchant';

export const accountId = z.string().regex(/^[A-Za-z0-9._-]{1,64}$/, { error: 'must be 1 to 64 of letters, digits, ".", "_" and "-"' });

const wallet = accountId.refine((id) => id !== merchantId, { error: 'must be a customer, not the merchant' });

/** Minor units (cents), at most ten billion of the currency. */
const amount = z.number().int().min(1).max(1_000_000_000_000);

export const Payment = z.strictObject({ account: wallet, amount });

export type Payment = z.infer<typeof Payment>;

export const Transfer = z
  .strictObject({ from: wallet, to: wallet, amount })
  .refine(({ from, to }) => from !== to, { error: 'must go to another account', path: ['to'] });

export type Transfer = z.infer<typeof Transfer>;

/** Refusals: `INSUFFICIENT_FUNDS` (the balance is below the amount), `UNKNOWN_ACCOUNT`. */
export type PaymentContracts = {
  /** TCC: freezes; the confirmation settles with the merchant, the cancellation unfreezes. */
  readonly 'payment.freeze': { readonly payload: Payment; readonly result: undefined };
  /** Saga step: pays the merchant at once; the compensation refunds. */
  readonly 'payment.charge': { readonly payload: Payment; readonly result: undefined };
  /** TCC: moves money between two customers; it is frozen at the giver until confirmed. */
  readonly 'payment.transfer': { readonly payload: Transfer; readonly result: undefined };
};
