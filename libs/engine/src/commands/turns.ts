/**
 * Turns of those who ask one transaction that has to be fetched. It leaves memory again as soon as the first of them is through with it, so that of many
 * who had it fetched together all but one would have to begin anew, and again.
 */
import { EngineError } from '../errors.js';
import { StoreUnavailableError } from '../ports/transaction-store.js';

export class Turns {
  /** By gid: the end of the last turn that was given. */
  private readonly last = new Map<string, Promise<unknown>>();

  /**
   * Does the work once those who came before are through, whatever came of it. Only where the store was away for the one before it is so for this one,
   * too: each would wait for it as long as that one has, one after the other.
   */
  async take<Result>(gid: string, work: () => Promise<Result>): Promise<Result> {
    const before = this.last.get(gid);
    const afterFailure = (error: unknown) => {
      if (isAway(error)) throw error;
      return work();
    };
    const turn = before === undefined ? work() : before.then(work, afterFailure);
    this.last.set(gid, turn);
    try {
      return await turn;
    } finally {
      if (this.last.get(gid) === turn) this.last.delete(gid);
    }
  }
}

function isAway(error: unknown): error is Error {
  return error instanceof StoreUnavailableError || (error instanceof EngineError && error.code === 'store_unavailable');
}
