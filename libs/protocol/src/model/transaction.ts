/** The state of one global transaction in memory. Immutable; only `step` makes new ones. */
import type { Origin } from '../api.js';
import type { Definition } from './definition.js';
import type { Policy } from './policy.js';
import type { Status } from './view.js';

export interface Transaction extends Origin {
  readonly definition: Definition;
  readonly policy: Policy;
  readonly status: Status;
}
