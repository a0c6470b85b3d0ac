/** The coordinators' database and the connections to it. */
export { type Backend, type OpenBackend, openMemory, prepareSqlite } from './backend.js';
export { EPOCH_MS, SimDatabase } from './sim-database.js';
export { SimStore, type StorePoint } from './sim-store.js';
