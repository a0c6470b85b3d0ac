/** What calls carry (D, I): exactly the payload that is durable, and a branch never two of them, whoever edited it and whoever calls. */
import type { BranchCall } from '@assent/engine';
import type { Durable } from './durable.js';
import type { Findings } from './findings.js';

export class Payloads {
  /** Branch -> the payload that its first effect was made of. */
  private readonly acted = new Map<string, string>();

  constructor(
    private readonly durable: Durable,
    private readonly findings: Findings,
  ) {}

  /** A call leaves a node. */
  leaves({ gid, branch, op, payload }: BranchCall): void {
    if (this.differs(gid, branch, payload)) this.findings.add('D', gid, `${op} of ${branch} left with a payload that is not durable`);
  }

  /** A local transaction has committed what this payload asked for. */
  took(gid: string, branch: string, payload: string): void {
    if (this.durable.hasLostCommits) return;
    const place = `${gid}/${branch}`;
    const first = this.acted.get(place) ?? payload;
    this.acted.set(place, first);
    if (first !== payload) this.findings.add('I', gid, `${branch} acted on one payload, and then on another`);
    if (this.differs(gid, branch, payload)) this.findings.add('D', gid, `${branch} acted on a payload that is not durable`);
  }

  private differs(gid: string, id: string, payload: string): boolean {
    if (this.durable.hasLostCommits) return false;
    const branch = this.durable.state(gid)?.definition.branches.find((known) => known.id === id);
    return branch !== undefined && branch.payload !== payload;
  }
}
