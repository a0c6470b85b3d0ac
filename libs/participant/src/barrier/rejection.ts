/** How the work of a branch refuses. */

const CODE = /^[A-Za-z][A-Za-z0-9_.-]{0,63}$/;
const MAX_MESSAGE = 1_024;

/**
 * Thrown by a handler: the branch did not take effect, and never will. The code is the service's own (`OUT_OF_STOCK`), at most 64 characters; the
 * message is for people, cut at 1,024. From a forward op the barrier keeps it; from a commit or rollback op it breaks the contract.
 */
export class BusinessRejection extends Error {
  override readonly name = 'BusinessRejection';

  /** Throws TypeError when `code` is not a plain word. */
  constructor(
    readonly code: string,
    message: string,
  ) {
    super(message.slice(0, MAX_MESSAGE));
    if (!CODE.test(code)) throw new TypeError(`the code of a BusinessRejection must match ${CODE.source}`);
  }
}
