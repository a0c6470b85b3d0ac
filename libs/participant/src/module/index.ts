/** The Nest module of a participant. */
export type { ParticipantDataSource, ParticipantOptions } from './options.js';
export { type ParticipantAsyncOptions, ParticipantModule } from './participant.module.js';
