/** The headers of a branch call (DESIGN section 5). Lower case, as Node reports them. */
export const header = {
  /** How long the sender waits, relative, in milliseconds. */
  timeoutMs: 'assent-timeout-ms',
  /** When the transaction began: milliseconds since the epoch on the coordinator's database clock. */
  begun: 'assent-begun',
  traceparent: 'traceparent',
  id: 'webhook-id',
  timestamp: 'webhook-timestamp',
  signature: 'webhook-signature',
} as const;
