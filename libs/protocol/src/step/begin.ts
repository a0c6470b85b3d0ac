/** Accepting a transaction (DESIGN 4.1, 4.2). */
import type { Begin } from '../api.js';
import { checkDefinition } from '../check/index.js';
import { freshBranch } from '../model/fresh-branch.js';
import { graphOf } from '../model/graph.js';
import type { Transaction } from '../model/transaction.js';
import { ProtocolBug } from '../protocol-bug.js';
import { moveHorizon } from './settle.js';

/** See `Begin` in `api.ts`. A step without predecessors enters the horizon with the acceptance itself, even if it is the pivot. */
export const begin: Begin = (origin, definition, policy) => {
  const problems = checkDefinition(definition, policy);
  if (problems.length > 0) throw new ProtocolBug(`${origin.gid} was begun unchecked: ${problems.map(({ code }) => code).join(', ')}`);
  const graph = graphOf(definition);
  const branches = definition.branches.map((_, index) => freshBranch({ definition, graph }, index));
  // Written out field by field: spreading parts together takes the engine ten times as long, and every transaction begins here.
  const accepted: Transaction = {
    gid: origin.gid,
    name: origin.name,
    businessKey: origin.businessKey,
    createdBy: origin.createdBy,
    createdAtMs: origin.createdAtMs,
    definition,
    definitionText: JSON.stringify(definition),
    graph,
    policy,
    status: 'active',
    revision: { shown: 0, urgent: 0 },
    paused: null,
    decision: null,
    branches,
    check: null,
  };
  return moveHorizon(accepted);
};
