/** The outcome of one call (DESIGN section 2). `unknown` is a value, not an exception: a call whose outcome nobody knows is ordinary. */

export interface Refusal {
  readonly code: string;
  readonly message: string;
}

export type Outcome =
  /** `result` is the JSON text of the answer's body; absent when there was none or it was `{}`. */
  | { readonly kind: 'succeeded'; readonly result?: string }
  /** It did not, and never will. */
  | { readonly kind: 'rejected'; readonly refusal: Refusal }
  /** Still working: ask again, not before `retryAfterMs` from now when the participant said so. */
  | { readonly kind: 'pending'; readonly retryAfterMs?: number }
  /** Timeout, reset, 5xx, anything else. `code` says which, for people: `timeout`, `connect_failed`, `http_500`, ... */
  | { readonly kind: 'unknown'; readonly code: string; readonly message: string; readonly retryAfterMs?: number };
