/** Adapters of the `TransactionStore` port (DESIGN sections 7 and 8), and the tables behind them. */
export * from './administration/index.js';
export { columnLimits } from './limits.js';
export * from './memory/index.js';
export { UnusableServerError } from './mysql/index.js';
export { ensureDatabase, type OpenedStore, openTransactionStore, type StoreOptions } from './open.js';
export * from './operations/index.js';
export {
  type ContractClaim,
  type HeardAnnouncement,
  type Hearing,
  type KeptInstance,
  type RegisteredContract,
  type RegisteredInstance,
  SqlRegistryStore,
  type UnservedCount,
} from './registry-store.js';
export * from './schema/index.js';
export { prepareSqliteInMemory, type SqliteInMemory } from './sqlite/index.js';
export { type PoolLoad, poolLoad, readStanding, type Standing } from './standing/index.js';
