/** From a branch as it was asked for to a branch as the machine takes it: endpoint, payload, id, each checked. */
import type { Endpoint } from '@assent/protocol';
import { ApiError } from '../errors/index.js';
import type { Backend } from './backend.js';
import type { BranchFields } from './schemas/common.js';

/** What is legal in a branch. */
export type BranchRules = Pick<Backend, 'limits' | 'participants' | 'checkUrl'>;

/** The id of a branch: its own, else its contract. Throws `branch_not_named`. */
export function branchIdOf(branch: BranchFields, pointer: string): string {
  const id = branch.id ?? branch.contract;
  if (id === undefined) throw new ApiError('branch_not_named', 'A branch without a contract needs an "id".', { pointer });
  return id;
}

/** Where the branch's calls go. Throws `unknown_participant`, `url_not_allowed` or `invalid_request`. */
export function endpointOf(branch: BranchFields, pointer: string, rules: BranchRules): Endpoint {
  if ((branch.contract === undefined) === (branch.urls === undefined)) {
    throw new ApiError('invalid_request', `"${pointer}" must have either a "contract" or "urls".`, { pointer });
  }
  if (branch.contract !== undefined) return contractEndpoint(branch.contract, pointer, rules);
  const urls = branch.urls ?? {};
  for (const [op, url] of Object.entries(urls)) {
    const problem = rules.checkUrl(url);
    if (problem !== null) throw new ApiError('url_not_allowed', problem.detail, { pointer: `${pointer}/urls/${op}` });
  }
  return { urls };
}

function contractEndpoint(contract: string, pointer: string, rules: BranchRules): Endpoint {
  const participant = contract.slice(0, contract.indexOf('.'));
  if (!rules.participants.has(participant)) {
    throw new ApiError('unknown_participant', `Contract "${contract}" belongs to participant "${participant}", which is not configured.`, {
      pointer: `${pointer}/contract`,
    });
  }
  return { contract };
}

/** The payload as the JSON text that is sent. Throws `payload_too_large`. */
export function payloadOf(branch: BranchFields, pointer: string, rules: BranchRules): string {
  if (branch.payload === undefined) return '{}';
  const text = JSON.stringify(branch.payload);
  const most = rules.limits.payloadBytes;
  // A UTF-16 unit takes at most three bytes, so that most payloads need not be measured.
  if (text.length * 3 > most && Buffer.byteLength(text) > most) {
    throw new ApiError('payload_too_large', `The payload takes ${Buffer.byteLength(text)} bytes; ${most} are allowed.`, {
      pointer: `${pointer}/payload`,
    });
  }
  return text;
}
