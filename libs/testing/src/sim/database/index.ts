/** The coordinators' database and the connections to it. */
export { type OpenBackend, openMemory, prepareSqlite } from './backend.js';
export { SimDatabase } from './sim-database.js';
export { SimStore, type StorePoint } from './sim-store.js';
