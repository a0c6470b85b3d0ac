/**
 * Everything that can be wrong with a definition, found before anything is stored (DESIGN 4.5, 9). Each problem names the branch and says what
 * to do about it; all are reported at once.
 */
import type { CheckDefinition, DefinitionProblem } from '../api.js';
import type { Definition } from '../model/definition.js';
import { patternOf } from '../model/facts.js';
import { graphOf } from '../model/graph.js';
import type { Policy } from '../model/policy.js';
import { checkBranches, checkCheckBack } from './branches.js';
import { checkOrder } from './order.js';
import { problem } from './problem.js';

/** The most branches one transaction may have: an image is one row, and is read and written whole. */
export const MAX_BRANCHES = 200;

/** See `CheckDefinition` in `api.ts`. */
export const checkDefinition: CheckDefinition = (definition, policy) => {
  const problems: DefinitionProblem[] = [];
  checkWhole(definition, policy, problems);
  if (definition.branches.length > MAX_BRANCHES) return problems;
  const graph = graphOf(definition);
  checkBranches(definition, graph, problems);
  checkCheckBack(definition, problems);
  checkOrder(definition, graph, problems);
  return problems;
};

function checkWhole(definition: Definition, policy: Policy, problems: DefinitionProblem[]): void {
  const pattern = patternOf({ definition });
  const { branches, driver, pattern: name, stepwise } = definition;
  if (branches.length > MAX_BRANCHES) {
    const detail = `A transaction has at most ${MAX_BRANCHES} branches, this one has ${branches.length}. Split it, or let one branch do more.`;
    problems.push(problem('too_many_branches', '/branches', detail));
  }
  if (branches.length === 0 && driver === 'coordinator') {
    problems.push(
      problem('no_branches', '/branches', 'There is nothing to coordinate: name at least one branch, or say "driver": "initiator".'),
    );
  }
  const wrongDriver = driver === 'initiator' ? pattern.decidedBy === 'branches' : pattern.decidedBy === 'initiator';
  if (wrongDriver) {
    const right = driver === 'initiator' ? 'coordinator' : 'initiator';
    problems.push(problem('driver_not_allowed', '/driver', `A ${name} is always driven by its ${right}. Say "driver": "${right}".`));
  }
  if (stepwise && pattern.behindPivotOp === null) {
    problems.push(problem('stepwise_on_pattern', '/stepwise', `Only a saga runs stepwise; this is a ${name}. Remove "stepwise".`));
  }
  if (pattern.deadlineRequired && policy.deadlineMs === null) {
    const detail = `Branches of a ${name} hold resources until they are told, and policy "${policy.name}" has no deadline. Choose one that has.`;
    problems.push(problem('deadline_required', '/policy', detail));
  }
}
