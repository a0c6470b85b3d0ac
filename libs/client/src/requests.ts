/** The bodies of REST v1 as the client sends them; the coordinator checks them all, these types only help to write them. */
import type { Op } from '@assent/protocol';

/** Where a branch's calls go: a contract of the coordinator's registry, or one URL per op (only where its egress policy allows them). */
export type EndpointRequest = { readonly contract: string } | { readonly urls: Readonly<Partial<Record<Op, string>>> };

export type BranchRequest = EndpointRequest & {
  /** Unique within the transaction; without one it is the contract's name. */
  readonly id?: string;
  readonly payload?: object;
  readonly after?: readonly string[];
  readonly compensate?: 'none';
  readonly pivot?: true;
};

export type PolicyRequest = string | { readonly name: string; readonly version: number };

export interface BeginRequest {
  /** Made by the client when absent; give one that you have stored to be able to ask again after a crash. */
  readonly gid?: string;
  readonly name: string;
  readonly pattern: 'saga' | 'tcc';
  readonly policy?: PolicyRequest;
  /** Your own key for it, an order number for example, by which people find it. */
  readonly key?: string;
  readonly driver?: 'coordinator' | 'initiator';
  /** Saga: send nothing further ahead than what is durable. */
  readonly stepwise?: boolean;
  readonly branches: readonly BranchRequest[];
}

export type RegisterRequest = EndpointRequest & {
  readonly id: string;
  readonly payload?: object;
  readonly run: 'coordinator' | 'self';
  readonly after?: readonly string[];
};

/** What to wait for: the durable decision, or the end, when nothing is owed any more. */
export type Milestone = 'decided' | 'final';

export interface Waiting {
  readonly wait?: Milestone;
  /** How long to wait for it, in milliseconds; 5,000 without a word. A wait that runs out returns the transaction as it stands. */
  readonly timeoutMs?: number;
}
