/** What the routes stand on: the engine, once it runs, and what is legal in a definition. The composition root provides it. */
import type { TransactionEngine } from '@assent/engine';
import type { Policy } from '@assent/protocol';
import type { Ownership } from '../access/index.js';
import type { Limits, LinkTemplate } from '../configuration/index.js';

/** Why a URL may not be called, or `null` when it may. */
export type UrlCheck = (url: string) => { readonly code: string; readonly detail: string } | null;

export abstract class Backend {
  /** Whose transactions are whose; with access control off they are everybody's. */
  abstract readonly ownership: Ownership;
  abstract readonly limits: Limits;
  /** Names of the configured participants. */
  abstract readonly participants: ReadonlySet<string>;
  abstract readonly checkUrl: UrlCheck;
  /** Links into the operator's own tools. */
  readonly links: readonly LinkTemplate[] = [];
  /** The engine. Throws `ApiError` `not_ready` while it is starting. */
  abstract engine(): TransactionEngine;
  /** A policy by name (its newest version) or by name and version; `null` when there is none. Throws as `engine` does. */
  abstract policy(name: string, version: number | null): Promise<Policy | null>;
}
