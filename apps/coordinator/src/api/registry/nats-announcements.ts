/** Announcements over NATS: the same body and signature as over REST, by a request to `assent.registry.announce`. Any node hears them. */
import type { NatsLink } from '@assent/transport';
import type { Msg } from '@nats-io/transport-node';
import { ApiError } from '../../errors/index.js';
import type { RegistryDesk } from '../../registry/index.js';
import { readAnnouncement } from './read-announcement.js';

const SUBJECT = 'assent.registry.announce';
/** One node of all hears each. */
const QUEUE = 'assent-coordinators';
/** Longer ones are not announcements, in bytes. */
const MAX_BYTES = 262_144;

/** Hears announcements on this connection, for as long as it is open. */
export function hearAnnouncements(link: NatsLink, desk: RegistryDesk): void {
  link.subscribe(SUBJECT, QUEUE, (message) => {
    void answer(message, desk).then((body) => void message.respond(JSON.stringify(body)));
  });
}

/** `{ status, body }`, as REST would have answered. Never rejects. */
async function answer(message: Msg, desk: RegistryDesk): Promise<{ readonly status: number; readonly body: object }> {
  try {
    const header = (name: string) => message.headers?.get(name) ?? '';
    const signature = { id: header('webhook-id'), timestamp: header('webhook-timestamp'), signature: header('webhook-signature') };
    return { status: 200, body: await desk.announce(readAnnouncement(parse(message)), signature) };
  } catch (error) {
    const known = error instanceof ApiError ? error : new ApiError('store_unavailable', 'The registry cannot be used now.');
    return { status: known.status, body: known.toBody() };
  }
}

function parse(message: Msg): unknown {
  if (message.data.length > MAX_BYTES) throw new ApiError('body_too_large', `An announcement has at most ${MAX_BYTES} bytes.`);
  try {
    return message.json();
  } catch {
    throw new ApiError('not_json', 'The announcement is not JSON.');
  }
}
