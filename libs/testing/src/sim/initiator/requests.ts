/** What the initiators of a run ask for: sagas in every shape, and both kinds of TCC. */
import type { BeginRequest } from '@assent/engine';
import type { BranchDefinition, Definition } from '@assent/protocol';
import type { SimRandom } from '../kernel/index.js';
import type { Order } from '../participant/index.js';

/** Service -> its pools. */
export type Shelves = ReadonlyMap<string, readonly string[]>;

const MOST_QUANTITY = 3;
/** The share of transactions that get the favourite policy, where there is one. */
const FAVOURED = 0.75;

export class RequestMaker {
  constructor(
    private readonly random: SimRandom,
    private readonly shelves: Shelves,
    /** The policy that most transactions get; `null`: each as likely as the others. */
    private readonly favourite: string | null,
  ) {}

  saga(gid: string): BeginRequest {
    const { random } = this;
    const branches = Array.from({ length: random.int(1, 4) }, (_, index) => this.branch(`s${index + 1}`));
    const shape = random.pick(['chain', 'chain', 'graph', 'parallel', 'pivot'] as const);
    const shaped =
      shape === 'pivot' ? this.withPivot(branches) : branches.map((branch, index) => this.placed(branch, index, branches, shape));
    return request(gid, {
      pattern: 'saga',
      driver: 'coordinator',
      policy: this.policy(['quick', 'hasty', 'slow', 'endless', 'parking']),
      stepwise: random.chance(0.25),
      branches: shaped.map((branch) => (!branch.pivot && random.chance(0.12) ? { ...branch, compensate: 'none' } : branch)),
    });
  }

  tcc(gid: string): BeginRequest {
    const { random } = this;
    const branches = Array.from({ length: random.int(1, 3) }, (_, index) => this.branch(`t${index + 1}`));
    const isOrdered = random.chance(0.3);
    return request(gid, {
      ...{ pattern: 'tcc', driver: 'coordinator', policy: this.tccPolicy(), stepwise: false },
      branches: isOrdered ? chained(branches) : branches,
    });
  }

  /** A TCC to which its initiator registers branches. */
  initiated(gid: string, policy?: string): BeginRequest {
    const named = policy === undefined ? this.tccPolicy() : { name: policy, version: 1 };
    return request(gid, { pattern: 'tcc', driver: 'initiator', policy: named, stepwise: false, branches: [] });
  }

  /** The same gid with other content. */
  conflicting({ gid }: BeginRequest): BeginRequest {
    return this.tcc(gid);
  }

  registration(id: string): BranchDefinition {
    return this.branch(id, { hash: `hash of ${id}`, run: this.random.chance(0.4) ? 'self' : 'coordinator' });
  }

  private branch(id: string, differing: Partial<BranchDefinition> = {}): BranchDefinition {
    const { random } = this;
    const service = random.pick([...this.shelves.keys()]);
    const order: Order = { pool: random.pick(this.shelves.get(service)!), quantity: random.int(1, MOST_QUANTITY) };
    const plain: BranchDefinition = {
      id,
      endpoint: { contract: `${service}.work` },
      payload: JSON.stringify(order),
      after: [],
      compensate: 'default',
      pivot: false,
      run: 'coordinator',
    };
    return { ...plain, ...differing };
  }

  private placed(
    branch: BranchDefinition,
    index: number,
    all: readonly BranchDefinition[],
    shape: 'chain' | 'graph' | 'parallel',
  ): BranchDefinition {
    if (index === 0 || shape === 'parallel') return branch;
    if (shape === 'chain') return { ...branch, after: [all[index - 1]!.id] };
    return {
      ...branch,
      after: all
        .slice(0, index)
        .filter(() => this.random.chance(0.5))
        .map(({ id }) => id),
    };
  }

  /** A chain in which one step is the pivot: the first, one in the middle, or the last. */
  private withPivot(branches: readonly BranchDefinition[]): readonly BranchDefinition[] {
    const pivot = this.random.int(0, branches.length - 1);
    return chained(branches).map((branch, index) => (index === pivot ? { ...branch, pivot: true } : branch));
  }

  private policy(names: readonly string[]): Definition['policy'] {
    const drawn = this.random.pick(names);
    const isFavoured = this.favourite !== null && this.random.chance(FAVOURED);
    return { name: isFavoured ? this.favourite : drawn, version: 1 };
  }

  private tccPolicy(): Definition['policy'] {
    return this.policy(['quick', 'hasty', 'slow', 'parking']);
  }
}

function chained(branches: readonly BranchDefinition[]): readonly BranchDefinition[] {
  return branches.map((branch, index) => (index === 0 ? branch : { ...branch, after: [branches[index - 1]!.id] }));
}

function request(gid: string, definition: Definition): BeginRequest {
  return { gid, name: 'order', businessKey: null, createdBy: 'local', contentHash: hashOf(JSON.stringify(definition)), definition };
}

/** 64 hex digits that differ when the text does; only equality matters here. */
function hashOf(text: string): string {
  let hash = 0x811c9dc5;
  for (let index = 0; index < text.length; index += 1) hash = Math.imul(hash ^ text.charCodeAt(index), 0x01000193);
  return (hash >>> 0).toString(16).padStart(64, '0');
}
