/** Which call a line of the log is about. */
import { header, parseMessageId } from '@assent/protocol';

export interface CallFields {
  readonly gid?: string;
  readonly branch?: string;
  readonly op?: string;
  readonly attempt?: number;
  readonly traceId?: string;
}

type Headers = Readonly<Record<string, string | string[] | undefined>>;

/** `version-traceid-spanid-flags`. */
const TRACEPARENT = /^[0-9a-f]{2}-([0-9a-f]{32})-/;

/** What the headers of a call say of it; empty where they say nothing that can be read. */
export function callFields(headers: Headers): CallFields {
  const id = headers[header.id];
  const call = typeof id === 'string' ? parseMessageId(id) : null;
  if (call === null) return {};
  const { gid, branch, op, attempt } = call;
  const trace = headers[header.traceparent];
  const traceId = typeof trace === 'string' ? TRACEPARENT.exec(trace)?.[1] : undefined;
  return { gid, branch, op, attempt, ...(traceId === undefined ? {} : { traceId }) };
}
