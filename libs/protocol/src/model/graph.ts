/** The order among branches, as indexes into `definition.branches`. Linear in branches and edges, made once per definition. */
import type { Definition } from './definition.js';
import type { BranchId } from './ids.js';

export interface Graph {
  readonly indexOf: ReadonlyMap<BranchId, number>;
  /** Direct predecessors and successors. */
  readonly after: readonly (readonly number[])[];
  readonly before: readonly (readonly number[])[];
  /** Every branch behind its predecessors. Shorter than `definition.branches` when there is a cycle. */
  readonly order: readonly number[];
  /** The pivot's index, or -1. */
  readonly pivot: number;
  /** True for the descendants of the pivot: they are delivered under its decision and have no forward op. */
  readonly behindPivot: readonly boolean[];
}

/** Who takes a begin apart, who checks it and who accepts it ask for the graph of the same branches one after the other. */
let latest: { readonly branches: Definition['branches']; readonly graph: Graph } | null = null;

/** Reads the graph of a definition. Ids in `after` that name no branch are left out; `checkDefinition` reports them. */
export function graphOf({ branches }: Pick<Definition, 'branches'>): Graph {
  if (latest === null || latest.branches !== branches) latest = { branches, graph: readGraph(branches) };
  return latest.graph;
}

function readGraph(branches: Definition['branches']): Graph {
  const indexOf = new Map(branches.map((branch, index) => [branch.id, index]));
  const after = branches.map((branch) => branch.after.map((id) => indexOf.get(id)).filter((index) => index !== undefined));
  const before: number[][] = branches.map(() => []);
  after.forEach((predecessors, index) => {
    for (const predecessor of predecessors) before[predecessor]!.push(index);
  });
  const order = topologicalOrder(after, before);
  const pivot = branches.findIndex((branch) => branch.pivot);
  const behindPivot = branches.map(() => false);
  for (const index of order) behindPivot[index] = after[index]!.some((predecessor) => predecessor === pivot || behindPivot[predecessor]);
  return { indexOf, after, before, order, pivot, behindPivot };
}

/** Kahn's algorithm (A. B. Kahn, CACM 5(11), 1962), stable in the order of the definition. */
function topologicalOrder(after: readonly (readonly number[])[], before: readonly (readonly number[])[]): number[] {
  const missing = after.map((predecessors) => predecessors.length);
  const order = missing.flatMap((count, index) => (count === 0 ? [index] : []));
  for (let next = 0; next < order.length; next += 1) {
    for (const successor of before[order[next]!]!) {
      missing[successor]! -= 1;
      if (missing[successor] === 0) order.push(successor);
    }
  }
  return order;
}
