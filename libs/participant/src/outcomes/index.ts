/** Consuming the events of transactions: durable, once each, in the service's own database (see `docs/events.md`). */
export { type DeadLetter, DeadLetterDesk, type DeadLetterState, type ReplayReport } from './desk/index.js';
export { CreateOutcomeTables1764000000100 } from './inbox/index.js';
export { OutcomeMetrics } from './metrics/index.js';
export { OnOutcome, type OnOutcomeOptions, type OutcomeContext } from './on-outcome.js';
export type { OutcomesDataSource, OutcomesOptions, RetryRule } from './options.js';
export { OutcomeLags } from './outcome-lags.js';
export type { ConsumerLag } from './outcomes.bootstrap.js';
export { type OutcomesAsyncOptions, OutcomesModule } from './outcomes.module.js';
