/** How an instance announces itself to the coordinator. */
export { type AnnouncedContract, type AnnounceOptions, Announcer, type AnnouncerParts } from './announcer.js';
export { schemaHashOf } from './schema-hash.js';
