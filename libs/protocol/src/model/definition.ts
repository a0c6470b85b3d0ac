/** What was asked (DESIGN section 8, column `definition`): written once, replaced only by a registration or an operator's edit. */
import type { BranchId } from './ids.js';
import type { Op, PatternName } from './patterns.js';
import type { PolicyRef } from './policy.js';

/** Where a branch's calls go: a contract of the registry, or one URL per op. */
export type Endpoint = { readonly contract: string } | { readonly urls: Readonly<Partial<Record<Op, string>>> };

export interface BranchDefinition {
  readonly id: BranchId;
  readonly endpoint: Endpoint;
  /** The payload as canonical-as-received JSON text; `{}` when none was given. Sent byte for byte. */
  readonly payload: string;
  /** Ids of the branches that must have succeeded first. Resolved: a saga without `after` has its chain written out here. */
  readonly after: readonly BranchId[];
  /** Saga only. `none`: nothing to undo. */
  readonly compensate: 'default' | 'none';
  readonly pivot: boolean;
  /** Who runs the forward op. */
  readonly run: 'coordinator' | 'self';
  /** Hash of the registration request, so that a repeat can be told from a different one. Absent for branches known at the start. */
  readonly hash?: string;
}

export interface Definition {
  readonly pattern: PatternName;
  readonly driver: 'coordinator' | 'initiator';
  readonly policy: PolicyRef;
  readonly stepwise: boolean;
  /** Whom to ask by `check`, for patterns that ask their initiator. */
  readonly checkBack?: Endpoint;
  /** The W3C `traceparent` of whoever began it: its calls belong to that trace, at whatever node. Not part of what is compared. */
  readonly trace?: string;
  readonly branches: readonly BranchDefinition[];
}
