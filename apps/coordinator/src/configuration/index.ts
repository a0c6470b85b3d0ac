/** Configuration: one schema, read once at boot, passed on as a value. */
export type { AccessConfiguration } from './access.js';
export type { EventSettings } from './announcing.js';
export { type Configuration, ConfigurationError, type ConfiguredParticipant, type Limits, readConfiguration } from './configuration.js';
export { configurationDocument } from './document.js';
export type { LinkTemplate } from './observing.js';
