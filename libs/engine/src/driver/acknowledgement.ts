/** Who waits for an image to be durable: a begin or a command that has been stepped and not yet answered. */
import type { EngineError } from '../errors.js';
import type { StoredTransaction } from '../ports/transaction-store.js';

export type Landing =
  | { readonly kind: 'durable' }
  /** Proven not to be durable, because somebody else moved the row: may be tried again on the fresh one. */
  | { readonly kind: 'lost' }
  /** A begin that met this row of its gid. */
  | { readonly kind: 'existing'; readonly row: StoredTransaction };

export const DURABLE: Landing = { kind: 'durable' };
export const LOST: Landing = { kind: 'lost' };

export class Acknowledgement {
  readonly promise: Promise<Landing>;
  private settle!: (landing: Landing) => void;
  private fail!: (error: EngineError) => void;

  constructor(
    /** The state change that must be durable, by the resident's own count. */
    readonly revision: number,
    /** Monotonic time of asking. */
    readonly sinceMs: number,
    private readonly answered: () => void,
  ) {
    this.promise = new Promise<Landing>((resolve, reject) => {
      this.settle = resolve;
      this.fail = reject;
    });
  }

  resolve(landing: Landing): void {
    this.answered();
    this.settle(landing);
  }

  reject(error: EngineError): void {
    this.answered();
    this.fail(error);
  }
}
