/** What is said of a whole transaction, whatever its pattern. */
import type { PolicyRequest } from '../requests.js';

export interface TransactionOptions {
  /** Store it before you begin, and a crash of yours cannot lose the transaction. Without one the client makes it. */
  readonly gid?: string;
  /** Name of a retry policy (its newest version), or one exact version of it. Default `standard`. */
  readonly policy?: PolicyRequest;
  /** Your own key for it, an order number for example, by which people find it. */
  readonly key?: string;
}
