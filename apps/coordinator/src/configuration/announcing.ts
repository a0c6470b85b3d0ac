/** Variables about events: whether they are published, and how long they are kept. */
import { z } from 'zod';
import { wholeNumber } from './values.js';

const DAY_MS = 86_400_000;

export const announcingVariables = {
  ASSENT_EVENTS: z.enum(['on', 'off'], { error: 'must be on or off' }).default('on').meta({
    description:
      'Whether every change of status and every parking is published to NATS JetStream, as events.md describes; without ASSENT_NATS_URL there are no events. `off` saves a row of the database per event.',
  }),
  ASSENT_EVENTS_RETENTION_MS: wholeNumber(60_000, 3_650 * DAY_MS)
    .default(7 * DAY_MS)
    .meta({
      description:
        'How long the stream keeps events, in milliseconds, when the coordinator makes it. A stream that is there is used as it is.',
    }),
  ASSENT_EVENTS_REPLICAS: wholeNumber(1, 5).default(1).meta({
    description:
      'On how many servers of a NATS cluster the stream is kept, when the coordinator makes it: 3 survives the loss of one server.',
  }),
};

type AnnouncingValues = z.infer<z.ZodObject<typeof announcingVariables>>;

/** How events are published; of no account without NATS. */
export interface EventSettings {
  readonly retentionMs: number;
  readonly replicas: number;
}

/** `null`: no events. */
export function eventsOf(values: AnnouncingValues): EventSettings | null {
  if (values.ASSENT_EVENTS === 'off') return null;
  return { retentionMs: values.ASSENT_EVENTS_RETENTION_MS, replicas: values.ASSENT_EVENTS_REPLICAS };
}
