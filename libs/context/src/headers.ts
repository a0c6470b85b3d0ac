/** A context as headers of HTTP and of NATS. What comes from outside is read with care: whatever is malformed is left out. */
import { header, isLegalId } from '@assent/protocol';
import { currentContext, type TransactionContext } from './context.js';

/** The value of a header by its lower-case name. */
export type HeaderReader = (name: string) => string | undefined;

/** https://www.w3.org/TR/trace-context/#traceparent-header */
const TRACEPARENT = /^[0-9a-f]{2}-(?!0{32})[0-9a-f]{32}-(?!0{16})[0-9a-f]{16}-[0-9a-f]{2}$/;
/** Printable, and short enough for a header. */
const JOIN_TOKEN = /^[!-~]{1,512}$/;

/** The headers by which a request to another service carries the context along; none outside of a context. */
export function contextHeaders(context: TransactionContext | undefined = currentContext()): Record<string, string> {
  if (context === undefined) return {};
  const { gid, joinToken, traceparent } = context;
  return {
    ...(gid !== undefined && { [header.gid]: gid }),
    ...(gid !== undefined && joinToken !== undefined && { [header.joinToken]: joinToken }),
    ...(traceparent !== undefined && { [header.traceparent]: traceparent }),
  };
}

/** The context of a request that carries one, or `null`. */
export function readContext(read: HeaderReader): Partial<TransactionContext> | null {
  const gid = legal(read(header.gid), isLegalId);
  const traceparent = legal(read(header.traceparent), (text) => TRACEPARENT.test(text));
  if (gid === undefined) return traceparent === undefined ? null : { traceparent, role: 'none' };
  const joinToken = legal(read(header.joinToken), (text) => JOIN_TOKEN.test(text));
  return { gid, joinToken, traceparent, role: 'joined' };
}

function legal(text: string | undefined, isLegal: (text: string) => boolean): string | undefined {
  return text !== undefined && isLegal(text) ? text : undefined;
}
