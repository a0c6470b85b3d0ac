/** What stands behind the routes, and how it comes up and goes down. */
export { type Observers, Runtime } from './runtime.js';
