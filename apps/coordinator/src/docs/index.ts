/** Documentation of the API, made from its routes. */
export { apiDocument } from './api-document.js';
export { errorsOf, openApiDocument } from './openapi.js';
