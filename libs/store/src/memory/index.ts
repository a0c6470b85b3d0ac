/** The store without a database, for the simulator and for tests. */
export { MemoryDatabase } from './memory-database.js';
export { MemoryOutbox } from './memory-outbox.js';
export { MemoryParticipantControlStore } from './memory-participant-control-store.js';
export { MemoryTransactionSearch } from './memory-transaction-search.js';
export { type FlushFault, MemoryTransactionStore, type Pace } from './memory-transaction-store.js';
