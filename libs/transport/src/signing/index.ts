/** Keys, signatures and trace headers of outgoing calls; nothing here knows HTTP. */
export { makeParticipantKey, participantKeyProblem, readParticipantKey } from './participant-keys.js';
export { Signer } from './signer.js';
export { makeTraceparent, traceIdOf } from './traceparent.js';
