/** The headers of a branch call (DESIGN section 5), and those by which a transaction travels. Lower case, as Node reports them. */
export const header = {
  /** How long the sender waits, relative, in milliseconds. */
  timeoutMs: 'assent-timeout-ms',
  /** When the transaction began: milliseconds since the epoch on the coordinator's database clock. */
  begun: 'assent-begun',
  traceparent: 'traceparent',
  /** Of a request between services: the transaction in whose name it is made. */
  gid: 'assent-gid',
  /** What lets the service that is asked take part in that transaction, where the coordinator has access control on. */
  joinToken: 'assent-join-token',
  /** Of the answer to such a request: ids of the branches whose try the service saw succeed, separated by commas. */
  branches: 'assent-branches',
  id: 'webhook-id',
  timestamp: 'webhook-timestamp',
  signature: 'webhook-signature',
} as const;
