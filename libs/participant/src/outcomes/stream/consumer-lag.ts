/** How far behind a consumer is: the age of the oldest event that it has not acknowledged. */
import { eventSubjectPrefix } from '@assent/protocol';
import type { JetStreamManager } from '@nats-io/jetstream';

/** In milliseconds; 0 when it has acknowledged all there are. `nowMs`: milliseconds since the epoch. Rejects when NATS cannot say. */
export async function consumerLagMs(manager: JetStreamManager, stream: string, consumer: string, nowMs: number): Promise<number> {
  const { num_pending, num_ack_pending, ack_floor, config } = await manager.consumers.info(stream, consumer);
  if (num_pending + num_ack_pending === 0) return 0;
  const next = { seq: ack_floor.stream_seq + 1, next_by_subj: config.filter_subject ?? `${eventSubjectPrefix}.>` };
  const message = await manager.streams.getMessage(stream, next);
  // Acknowledged meanwhile, or older than the stream keeps.
  return message === null ? 0 : Math.max(0, nowMs - message.time.getTime());
}
