/**
 * The trace a request belongs to: W3C `traceparent`, or one of the two forms of B3, read by OpenTelemetry's own propagators. What cannot be read is
 * ignored, as both specifications ask: a broken trace header must never fail a request.
 */
import { type Context, ROOT_CONTEXT, type SpanContext, type TextMapGetter, TraceFlags, trace } from '@opentelemetry/api';
import { parseTraceParent, W3CTraceContextPropagator } from '@opentelemetry/core';
import { B3Propagator } from '@opentelemetry/propagator-b3';

/** As Node hands headers over: names in lower case. */
export type IncomingHeaders = Readonly<Record<string, string | string[] | undefined>>;

const w3c = new W3CTraceContextPropagator();
/** Reads the single header `b3` first, then the `x-b3-*` ones. */
const b3 = new B3Propagator();
const getter: TextMapGetter<IncomingHeaders> = { keys: (headers) => Object.keys(headers), get: (headers, name) => headers[name] };

/** The caller's trace as a `traceparent`, or `undefined`. `traceparent` goes before B3. */
export function readTrace(headers: IncomingHeaders): string | undefined {
  const { traceparent } = headers;
  // Most requests carry none: they must not pay for the readers.
  if (traceparent === undefined && headers.b3 === undefined && headers['x-b3-traceid'] === undefined) return undefined;
  const found = spanContextIn(w3c.extract(ROOT_CONTEXT, headers, getter)) ?? spanContextIn(b3.extract(ROOT_CONTEXT, headers, getter));
  return found === undefined ? undefined : formatTrace(found.traceId, found.spanId, (found.traceFlags & TraceFlags.SAMPLED) !== 0);
}

/** The span a `traceparent` names, as a remote parent; `undefined` when it cannot be read. */
export function parentIn(traceparent: string | undefined): SpanContext | undefined {
  const parsed = traceparent === undefined ? null : parseTraceParent(traceparent);
  return parsed === null ? undefined : { ...parsed, isRemote: true };
}

/** Writes a `traceparent` of version 00. */
export function formatTrace(traceId: string, spanId: string, isSampled: boolean): string {
  return `00-${traceId}-${spanId}-${isSampled ? '01' : '00'}`;
}

function spanContextIn(context: Context): SpanContext | undefined {
  return trace.getSpanContext(context);
}
