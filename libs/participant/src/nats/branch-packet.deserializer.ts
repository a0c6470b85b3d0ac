/** A call as it came: Nest's own deserializer parses the packet, after which the bytes that were signed could not be had again. */
import type { IncomingHttpHeaders } from 'node:http';
import { header } from '@assent/protocol';
import type { Msg } from '@nats-io/transport-node';
import type { Deserializer, IncomingRequest } from '@nestjs/microservices';

/** One call, before anything in it is believed. */
export interface BranchMessage {
  readonly subject: string;
  /** Names in lower case. */
  readonly headers: IncomingHttpHeaders;
  readonly packet: Uint8Array;
}

export class BranchPacketDeserializer implements Deserializer<Msg, IncomingRequest> {
  deserialize(message: Msg): IncomingRequest {
    const headers: IncomingHttpHeaders = {};
    for (const [name, values] of message.headers ?? []) headers[name.toLowerCase()] = values.length === 1 ? values[0] : values;
    const id = headers[header.id];
    const data: BranchMessage = { subject: message.subject, headers, packet: message.data };
    // An id there must be, else Nest takes the request for an event and does not answer it.
    return { pattern: message.subject, data, id: typeof id === 'string' ? id : '-' };
  }
}
