/** Begin requests in words: `saga('g1', 'a', 'b')`. */
import type { BranchDefinition, Definition, PolicyRef } from '@assent/protocol';
import type { BeginRequest } from '../src/api.js';

const standard: PolicyRef = { name: 'standard', version: 1 };

export function branch(id: string, differing: Partial<BranchDefinition> = {}): BranchDefinition {
  const plain: BranchDefinition = {
    id,
    endpoint: { contract: `${id}.work` },
    payload: '{}',
    after: [],
    compensate: 'default',
    pivot: false,
    run: 'coordinator',
  };
  return { ...plain, ...differing };
}

/** A chain of steps; the content hash is made from the gid and the steps, so that other steps are other content. */
export function saga(gid: string, ...ids: readonly string[]): BeginRequest {
  const branches = ids.map((id, index) => branch(id, { after: index === 0 ? [] : [ids[index - 1]!] }));
  return request(gid, { pattern: 'saga', driver: 'coordinator', policy: standard, stepwise: false, branches });
}

export function tcc(gid: string, ...ids: readonly string[]): BeginRequest {
  return request(gid, { pattern: 'tcc', driver: 'coordinator', policy: standard, stepwise: false, branches: ids.map((id) => branch(id)) });
}

/** A TCC to which its initiator registers branches. */
export function initiatorTcc(gid: string): BeginRequest {
  return request(gid, { pattern: 'tcc', driver: 'initiator', policy: standard, stepwise: false, branches: [] });
}

/** The same request under another policy. */
export function under(policyName: string, original: BeginRequest): BeginRequest {
  return { ...original, definition: { ...original.definition, policy: { name: policyName, version: 1 } } };
}

function request(gid: string, definition: Definition): BeginRequest {
  const text = JSON.stringify(definition);
  return { gid, name: 'checkout', businessKey: null, createdBy: 'local', contentHash: hashOf(text), definition };
}

/** 64 hex digits that differ when the text does; only equality matters here. */
function hashOf(text: string): string {
  let hash = 0;
  for (let index = 0; index < text.length; index += 1) hash = (Math.imul(hash, 31) + text.charCodeAt(index)) >>> 0;
  return hash.toString(16).padStart(64, '0');
}
