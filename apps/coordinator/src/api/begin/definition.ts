/** From a begin as it was asked for to the definition that the machine takes: defaults filled in, names resolved, everything checked. */
import { type BranchDefinition, checkDefinition, type Definition, type DefinitionProblem, type Policy } from '@assent/protocol';
import { ApiError, isErrorCode } from '../../errors/index.js';
import { type BranchRules, branchIdOf, endpointOf, payloadOf } from '../branch.js';
import type { BeginBody, BeginBranch } from './begin.schema.js';

/** The definition. Throws `ApiError` with the first problem; `problems` lists all that the machine finds. */
export function definitionOf(body: BeginBody, policy: Policy, rules: BranchRules): Definition {
  const most = rules.limits.branches;
  if (body.branches.length > most) {
    throw new ApiError('too_many_branches', `${body.branches.length} branches are listed; ${most} are allowed.`, { pointer: '/branches' });
  }
  const driver = body.driver ?? 'coordinator';
  if (driver === 'initiator' && body.branches.length > 0) {
    throw new ApiError('branches_not_empty', 'The branches of a transaction driven by its initiator are registered one by one.', {
      pointer: '/branches',
    });
  }
  const definition: Definition = {
    pattern: body.pattern,
    driver,
    policy: { name: policy.name, version: policy.version },
    stepwise: body.stepwise ?? false,
    branches: branchesOf(body, rules),
  };
  const problems = checkDefinition(definition, policy);
  if (problems.length > 0) throw refusalOf(problems);
  return definition;
}

function branchesOf(body: BeginBody, rules: BranchRules): BranchDefinition[] {
  const branches: BranchDefinition[] = [];
  let previous: string | null = null;
  for (const [index, branch] of body.branches.entries()) {
    const pointer = `/branches/${index}`;
    const id = branchIdOf(branch, pointer);
    branches.push({
      id,
      endpoint: endpointOf(branch, pointer, rules),
      payload: payloadOf(branch, pointer, rules),
      after: branch.after ?? afterByDefault(body, previous),
      ...kindOf(branch),
      run: 'coordinator',
    });
    previous = id;
  }
  return branches;
}

/** Steps of a saga run in the order listed, branches of a TCC side by side, unless they say otherwise. */
function afterByDefault(body: BeginBody, previous: string | null): readonly string[] {
  return body.pattern === 'saga' && previous !== null ? [previous] : [];
}

function kindOf(branch: BeginBranch): Pick<BranchDefinition, 'compensate' | 'pivot'> {
  return { compensate: branch.compensate ?? 'default', pivot: branch.pivot ?? false };
}

function refusalOf(problems: readonly DefinitionProblem[]): ApiError {
  const [first] = problems as readonly [DefinitionProblem];
  const code = isErrorCode(first.code) ? first.code : 'invalid_definition';
  return new ApiError(code, first.detail, { pointer: first.pointer, ...(problems.length > 1 ? { problems } : {}) });
}
