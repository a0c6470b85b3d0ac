/**
 * The JetStream stream that holds the events of transactions. Whoever comes first makes it: the coordinator that publishes, or a service that
 * consumes. A stream that somebody has made by hand for these subjects is used as it is. Only what servers know since 2.9 is asked for.
 */
import { eventSubjectPrefix } from '@assent/protocol';
import { DiscardPolicy, JetStreamApiError, type JetStreamManager, RetentionPolicy, StorageType } from '@nats-io/jetstream';
import { nanos } from '@nats-io/transport-node';

export const EVENT_STREAM = 'ASSENT_TX';
/** `assent.tx.<name>.<status>` and nothing else. */
export const EVENT_SUBJECTS = `${eventSubjectPrefix}.*.*`;

export interface EventStreamOptions {
  /** How long events are kept, in milliseconds. Default 7 days. */
  readonly maxAgeMs?: number;
  /** On how many servers of a cluster. Default 1. */
  readonly replicas?: number;
}

const DEFAULT_MAX_AGE_MS = 7 * 86_400_000;
/** How long the server knows the ids of what was published, so that a repeat is no second event. */
const DUPLICATE_WINDOW_MS = 120_000;
/** Of two who make the stream at once the server tells one of them so: the name is in use (for other settings), or the subjects overlap. */
const MADE_MEANWHILE: ReadonlySet<number> = new Set([10_058, 10_065]);

/** Returns the name of the stream that holds events, and makes it when there is none. Throws what the JetStream client throws. */
export async function ensureEventStream(manager: JetStreamManager, options: EventStreamOptions = {}): Promise<string> {
  const present = await streamOf(manager);
  if (present !== null) return present;
  try {
    await manager.streams.add({
      name: EVENT_STREAM,
      description: 'Events of Assent transactions',
      subjects: [EVENT_SUBJECTS],
      storage: StorageType.File,
      retention: RetentionPolicy.Limits,
      discard: DiscardPolicy.Old,
      max_age: nanos(options.maxAgeMs ?? DEFAULT_MAX_AGE_MS),
      duplicate_window: nanos(DUPLICATE_WINDOW_MS),
      num_replicas: options.replicas ?? 1,
    });
  } catch (error) {
    const made = error instanceof JetStreamApiError && MADE_MEANWHILE.has(error.code) ? await streamOf(manager) : null;
    if (made === null) throw error;
    return made;
  }
  return EVENT_STREAM;
}

async function streamOf(manager: JetStreamManager): Promise<string | null> {
  for await (const name of manager.streams.names(`${eventSubjectPrefix}.any.active`)) return name;
  return null;
}
