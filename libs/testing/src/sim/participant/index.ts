/** The participants of a run: services with a business and a database of their own. */
export { LocalDatabase } from './local-database.js';
export { describe, Service, unknown } from './service.js';
export { type Order, Stock } from './shop.js';
