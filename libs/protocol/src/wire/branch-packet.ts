/**
 * A branch call over NATS (DESIGN section 5): its subject, and its payload inside a request of Nest's microservices, `{ id, pattern, data }`.
 * What is signed is the payload, byte for byte, so the packet is written in one way only and a receiver cuts the payload out of it again.
 */

/** The prefix keeps branch calls apart from whatever else travels on the same NATS. */
const PREFIX = 'assent';

/** Where a call goes. `op` may be `*`, for a subscription to all ops of a contract. */
export function branchSubject(contract: string, op: string): string {
  return `${PREFIX}.${contract}.${op}`;
}

/** False for a contract with an empty part (`a..b`, `a.`): a subject cannot have one. */
export function isSubjectOfContract(contract: string): boolean {
  return contract.split('.').every((part) => part !== '');
}

/** Writes a request packet. `id` is the message id of the call, `payload` JSON text. */
export function writeBranchPacket(id: string, subject: string, payload: string): string {
  return `${beforePayload(id, subject)}${payload}}`;
}

/** The payload of a packet for this call, byte for byte, or `null` when it was not written by `writeBranchPacket` for it. */
export function readBranchPacket(packet: string, id: string, subject: string): string | null {
  const before = beforePayload(id, subject);
  return packet.startsWith(before) && packet.endsWith('}') && packet.length > before.length ? packet.slice(before.length, -1) : null;
}

function beforePayload(id: string, subject: string): string {
  return `{"id":${JSON.stringify(id)},"pattern":${JSON.stringify(subject)},"data":`;
}
