/**
 * Turns of those who ask one transaction that has to be fetched. It leaves memory again as soon as the first of them is through with it, so that of many
 * who had it fetched together all but one would have to begin anew, and again.
 */
export class Turns {
  /** By gid: the end of the last turn that was given. */
  private readonly last = new Map<string, Promise<unknown>>();

  /** Does the work once those who came before are through, whatever came of it. */
  async take<Result>(gid: string, work: () => Promise<Result>): Promise<Result> {
    const before = this.last.get(gid);
    const turn = before === undefined ? work() : before.then(work, work);
    this.last.set(gid, turn);
    try {
      return await turn;
    } finally {
      if (this.last.get(gid) === turn) this.last.delete(gid);
    }
  }
}
