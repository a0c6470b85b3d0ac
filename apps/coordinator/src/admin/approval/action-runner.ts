/**
 * The seam between approvals and the catalogue of actions: approvals keep what was asked for until a second person has agreed, the catalogue knows what it
 * means and does it.
 */
import type { Principal } from '../../access/index.js';

/** What somebody asked for. It is kept as JSON, so everything in it must be. */
export interface AskedAction {
  readonly gid: string;
  /** The name of the action in the catalogue. */
  readonly action: string;
  readonly reason: string;
  /** The version of the transaction that the one who asked had seen; `null`: not said. */
  readonly version: number | null;
  /** What the action takes beside, as the request gave it. */
  readonly parameters: object;
}

/** In whose name an action is carried out. */
export interface ActingFor {
  readonly requestedBy: Principal;
  /** `null`: nobody else had to agree. */
  readonly approvedBy: Principal | null;
  /** The same each time that this is tried again: the action takes effect once. */
  readonly idempotencyKey: string | null;
}

/** The catalogue of actions. */
export interface ActionRunner {
  /** What it would do now, changing nothing. Throws `ApiError` where it is not legal now. */
  preview(asked: AskedAction, by: Principal): Promise<object>;
  /** What is asked for, with what it leaves to the moment written out: while it waits it must not come to mean something else. Throws `ApiError`. */
  inFull(asked: AskedAction): Promise<AskedAction>;
  /** Does it, with a row of the audit that names both; answers what the caller is told. Throws `ApiError` as `preview` does. */
  run(asked: AskedAction, acting: ActingFor): Promise<object>;
}
