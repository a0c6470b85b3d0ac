/** Documentation of the API, made from its routes. */
export { withAccessTable } from './access-table.js';
export { apiDocument } from './api-document.js';
export { errorsOf, openApiDocument } from './openapi.js';
