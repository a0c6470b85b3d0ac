/** Which participants are there, by their own word. */
export { type Announcement, announcementSchema, type SignatureHeaders } from './announcement.js';
export { Registry, type RegistryParts } from './registry.js';
export type { Heard, RegistryDesk, RegistrySheet } from './registry-desk.js';
