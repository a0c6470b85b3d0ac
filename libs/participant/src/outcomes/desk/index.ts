/** What a person does about dead letters. */
export type { DeadLetter, DeadLetterState } from '../inbox/index.js';
export { DeadLetterController } from './dead-letter.controller.js';
export { DeadLetterDesk, type LetterPage, NO_LETTER, type ReplayReport } from './dead-letter-desk.js';
export { OperatorGuard } from './operator.guard.js';
