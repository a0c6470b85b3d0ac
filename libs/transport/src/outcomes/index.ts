/** What transports read off answers. */
export { isObject, parseJson, readResult, refusalIn, unknown } from './outcomes.js';
