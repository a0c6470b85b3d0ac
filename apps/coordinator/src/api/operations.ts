/** What the routes for people stand on, beside the engine. The composition root provides it. */
import type { Interventions, TransactionSearch, TransactionStore } from '@assent/engine';
import type { Duties, Housekeeping, IdempotencyKeys, JobTable, PolicyTable } from '@assent/store';
import type { RegistryDesk } from '../registry/index.js';
import type { ParticipantDesk } from './participants/participant-desk.js';

/** What is kept of a transaction beside its image. */
export type History = Pick<TransactionStore, 'readAttempts' | 'readAudit' | 'findAudit' | 'readPolicies'>;

export abstract class Operations {
  /** Throws `ApiError` `not_ready` or `store_unavailable` while the store has not been opened, as all of these do. */
  abstract search(): TransactionSearch;
  abstract history(): History;
  abstract interventions(): Interventions;
  abstract idempotencyKeys(): IdempotencyKeys;
  abstract policyTable(): PolicyTable;
  abstract jobs(): JobTable;
  abstract duties(): Duties;
  abstract housekeeping(): Housekeeping;
  abstract participantDesk(): ParticipantDesk;
  abstract registryDesk(): RegistryDesk;
}
