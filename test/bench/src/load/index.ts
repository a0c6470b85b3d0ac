/** What is sent to servers while they are measured. */
export { natsSaga, refusedSaga, sagaThatHangs, twoBranchTcc, twoStepSaga, unwatchedSaga, waitingForInitiator } from './bodies.js';
export { checkDtmAnswer, DTM_SUBMIT_PATH, dtmPaths, dtmSaga, dtmWork } from './dtm-wire.js';
export { directWork, type Headers, transactionWork, type Work, withPool } from './work.js';
