/** Every branch by itself: its id, its endpoint, and what its pattern allows. */
import type { DefinitionProblem } from '../api.js';
import type { BranchDefinition, Definition, Endpoint } from '../model/definition.js';
import { coordinatorRuns, endOpOf, initiatorBranch, patternOf } from '../model/facts.js';
import type { Graph } from '../model/graph.js';
import { isLegalId } from '../model/ids.js';
import type { Op } from '../model/patterns.js';
import { atBranch, problem } from './problem.js';

/** Every begin comes by here, and almost all are well: problems go into one list, so that finding none makes nothing. */
export function checkBranches(definition: Definition, graph: Graph, problems: DefinitionProblem[]): void {
  definition.branches.forEach((branch, index) => {
    checkId(definition, branch, index, problems);
    checkColumns(definition, branch, index, problems);
    if ('urls' in branch.endpoint) checkUrls(branch, index, neededOps(definition, graph, index), problems);
    else checkContract(branch.endpoint.contract, index, problems);
  });
}

/** The endpoint that is asked by `check`, for patterns that ask their initiator. */
export function checkCheckBack(definition: Definition, problems: DefinitionProblem[]): void {
  if (patternOf({ definition }).asked !== 'initiator') return;
  const { checkBack } = definition;
  if (checkBack === undefined) {
    const detail = `A ${definition.pattern} asks its initiator when its word is lost. Say in "checkBack" where.`;
    problems.push(problem('check_back_missing', '/checkBack', detail));
  } else if (missingOps(checkBack, ['check']).length > 0) {
    problems.push(problem('endpoint_incomplete', '/checkBack', 'The check-back gives URLs, but none for "check".'));
  }
}

function checkId({ branches }: Definition, { id }: BranchDefinition, index: number, problems: DefinitionProblem[]): void {
  if (!isLegalId(id)) {
    problems.push(atBranch(index, 'bad_branch_id', `"${id.slice(0, 80)}" is no branch id: use 1 to 64 of A-Z a-z 0-9 . _ -`));
  } else if (id === initiatorBranch) {
    problems.push(atBranch(index, 'bad_branch_id', `"${id}" is the name under which the initiator itself is asked.`));
  } else if (branches.findIndex((other) => other.id === id) !== index) {
    problems.push(atBranch(index, 'duplicate_branch', `Two branches are called "${id}". Give each its own id.`));
  }
}

function checkColumns(definition: Definition, branch: BranchDefinition, index: number, problems: DefinitionProblem[]): void {
  const { pattern: name } = definition;
  const pattern = patternOf({ definition });
  const hasSteps = pattern.behindPivotOp !== null;
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
}

/** The ops that a branch may be asked. */
function neededOps(definition: Definition, graph: Graph, index: number): readonly Op[] {
  const forward = coordinatorRuns({ definition, graph }, index) ? patternOf({ definition }).forwardOp : null;
  const ends = [endOpOf({ definition, graph }, index, 'commit'), endOpOf({ definition, graph }, index, 'abort')];
  return [forward, ...ends].filter((op) => op !== null);
}

function checkContract(contract: string, index: number, problems: DefinitionProblem[]): void {
  if (isLegalId(contract)) return;
  problems.push(atBranch(index, 'bad_contract', `"${contract.slice(0, 80)}" is no contract name: use 1 to 64 of A-Z a-z 0-9 . _ -`));
}

function checkUrls({ endpoint, id }: BranchDefinition, index: number, needed: readonly Op[], problems: DefinitionProblem[]): void {
  // Behind a pivot `deliver` is run by the same action.
  const hasAction = missingOps(endpoint, ['action']).length === 0;
  const missing = missingOps(endpoint, needed).filter((op) => op !== 'deliver' || !hasAction);
  if (missing.length === 0) return;
  const names = missing.map((op) => `"${op}"`).join(' and ');
  problems.push(atBranch(index, 'endpoint_incomplete', `Branch "${id}" gives URLs, but none for ${names}.`));
}

function missingOps(endpoint: Endpoint, needed: readonly Op[]): readonly Op[] {
  return 'contract' in endpoint ? [] : needed.filter((op) => endpoint.urls[op] === undefined);
}
