/** Documents that the coordinator reads from elsewhere. */
export { type DocumentAnswer, DocumentReader } from './document-reader.js';
