/**
 * Thrown for what the engine itself must never do (DESIGN 4.8): a call sent that was not owed, a definition begun that was never checked. The
 * engine parks that transaction and goes on; no input from outside can cause one.
 */
export class ProtocolBug extends Error {
  override readonly name = 'ProtocolBug';
}
