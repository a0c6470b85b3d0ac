/** The port to a broker. */
import type { EventRow } from '@assent/engine';

export interface EventPublisher {
  /**
   * Resolves once the broker has said that it keeps the event. Publishing the same event again is no second event for as long as the broker remembers
   * its id. Throws `PublishError`, and nothing else; then the event may have arrived all the same. Ends within a few seconds.
   */
  publish(event: EventRow): Promise<void>;
}

/**
 * `away`: the broker, or the place where it keeps events, is not there or full. `refused`: it does not take this event, for what it is, however often it is
 * offered.
 */
export class PublishError extends Error {
  override readonly name = 'PublishError';

  constructor(
    readonly code: 'away' | 'refused',
    message: string,
    options?: ErrorOptions,
  ) {
    super(message, options);
  }
}
