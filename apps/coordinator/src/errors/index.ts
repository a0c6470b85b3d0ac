/** The error catalogue, and the answers made from it. */
export { ApiError, type ErrorFields, type Problem, type ProblemBody } from './api-error.js';
export { catalogue, type ErrorCode, isErrorCode } from './catalogue.js';
export { errorDocument } from './document.js';
