/** Every branch by itself: its id, its endpoint, and what its pattern allows. */
import type { DefinitionProblem } from '../api.js';
import type { BranchDefinition, Definition, Endpoint } from '../model/definition.js';
import { coordinatorRuns, endOpOf, initiatorBranch, patternOf } from '../model/facts.js';
import type { Graph } from '../model/graph.js';
import { isLegalId } from '../model/ids.js';
import type { Op } from '../model/patterns.js';
import { atBranch, problem } from './problem.js';

export function checkBranches(definition: Definition, graph: Graph): readonly DefinitionProblem[] {
  const seen = new Set<string>();
  return definition.branches.flatMap((branch, index) => {
    const problems = [...checkId(branch, index, seen), ...checkColumns(definition, branch, index)];
    const ends = [endOpOf({ definition, graph }, index, 'commit'), endOpOf({ definition, graph }, index, 'abort')];
    const forward = coordinatorRuns({ definition, graph }, index) ? patternOf({ definition }).forwardOp : null;
    const needed = [forward, ...ends].filter((op) => op !== null);
    return [...problems, ...checkEndpoint(branch, index, needed)];
  });
}

/** The endpoint that is asked by `check`, for patterns that ask their initiator. */
export function checkCheckBack(definition: Definition): readonly DefinitionProblem[] {
  if (patternOf({ definition }).asked !== 'initiator') return [];
  const { checkBack } = definition;
  if (checkBack === undefined) {
    const detail = `A ${definition.pattern} asks its initiator when its word is lost. Say in "checkBack" where.`;
    return [problem('check_back_missing', '/checkBack', detail)];
  }
  const missing = missingOps(checkBack, ['check']);
  return missing.length === 0 ? [] : [problem('endpoint_incomplete', '/checkBack', 'The check-back gives URLs, but none for "check".')];
}

function checkId({ id }: BranchDefinition, index: number, seen: Set<string>): readonly DefinitionProblem[] {
  if (!isLegalId(id)) return [atBranch(index, 'bad_branch_id', `"${id.slice(0, 80)}" is no branch id: use 1 to 64 of A-Z a-z 0-9 . _ -`)];
  if (id === initiatorBranch) return [atBranch(index, 'bad_branch_id', `"${id}" is the name under which the initiator itself is asked.`)];
  if (seen.has(id)) return [atBranch(index, 'duplicate_branch', `Two branches are called "${id}". Give each its own id.`)];
  seen.add(id);
  return [];
}

function checkColumns(definition: Definition, branch: BranchDefinition, index: number): readonly DefinitionProblem[] {
  const { pattern: name } = definition;
  const pattern = patternOf({ definition });
  const hasSteps = pattern.behindPivotOp !== null;
  const problems: DefinitionProblem[] = [];
  if (branch.pivot && !hasSteps) {
    problems.push(atBranch(index, 'pivot_on_pattern', `Only a saga has a pivot; "${branch.id}" belongs to a ${name}. Remove "pivot".`));
  }
  if (branch.compensate === 'none' && !hasSteps) {
    const detail = `Only a saga step may say that there is nothing to undo; "${branch.id}" belongs to a ${name}. Remove "compensate".`;
    problems.push(atBranch(index, 'compensate_on_pattern', detail));
  }
  if (branch.after.length > 0 && (pattern.rollbackOrder === 'none' || pattern.rollbackOrder === 'preferred')) {
    problems.push(atBranch(index, 'after_on_pattern', `Branches of a ${name} have no declared order. Remove "after" from "${branch.id}".`));
  }
  if (branch.run === 'self' && (hasSteps || definition.driver === 'coordinator')) {
    const detail = `"${branch.id}" says that its service runs it by itself, which takes a transaction that its initiator drives.`;
    problems.push(atBranch(index, 'run_not_allowed', detail));
  }
  return problems;
}

function checkEndpoint(branch: BranchDefinition, index: number, needed: readonly Op[]): readonly DefinitionProblem[] {
  const { endpoint, id } = branch;
  if ('contract' in endpoint) {
    return isLegalId(endpoint.contract)
      ? []
      : [atBranch(index, 'bad_contract', `"${endpoint.contract.slice(0, 80)}" is no contract name: use 1 to 64 of A-Z a-z 0-9 . _ -`)];
  }
  // Behind a pivot `deliver` is run by the same action.
  const missing = missingOps(endpoint, needed).filter((op) => op !== 'deliver' || endpoint.urls.action === undefined);
  if (missing.length === 0) return [];
  const names = missing.map((op) => `"${op}"`).join(' and ');
  return [atBranch(index, 'endpoint_incomplete', `Branch "${id}" gives URLs, but none for ${names}.`)];
}

function missingOps(endpoint: Endpoint, needed: readonly Op[]): readonly Op[] {
  return 'contract' in endpoint ? [] : needed.filter((op) => endpoint.urls[op] === undefined);
}
