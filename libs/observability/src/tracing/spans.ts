/**
 * Spans whose ids follow from what they are about, so that nothing is kept in memory between their beginning and their end: any node, also after a
 * crash, finds the parent of a call by its gid. Made whole when they have ended, and handed to the processor as the SDK's own would be.
 */
import { createHash } from 'node:crypto';
import { type Attributes, type SpanContext, SpanKind, SpanStatusCode, TraceFlags } from '@opentelemetry/api';
import { hrTimeDuration, type InstrumentationScope, millisToHrTime } from '@opentelemetry/core';
import type { Resource } from '@opentelemetry/resources';
import type { ReadableSpan } from '@opentelemetry/sdk-trace-base';

const scope: InstrumentationScope = { name: 'assent' };
const SPAN_ID_DIGITS = 16;
const NIL = '0'.repeat(SPAN_ID_DIGITS);

/** What a span tells. Times are milliseconds since the epoch. */
export interface Ended {
  readonly traceId: string;
  readonly spanId: string;
  readonly parent: SpanContext | undefined;
  readonly name: string;
  readonly kind: 'internal' | 'client';
  readonly startMs: number;
  readonly endMs: number;
  /** Why it failed, for people; absent when it did not. */
  readonly failure?: string;
  readonly attributes: Attributes;
}

/** The span id of a transaction (no names), a phase of it (one), or a call (branch, op, attempt). */
export function spanIdOf(gid: string, ...names: readonly (string | number)[]): string {
  const id = createHash('sha256')
    .update(['span', gid, ...names].join('/'))
    .digest('hex')
    .slice(0, SPAN_ID_DIGITS);
  // All zeroes is the one illegal span id.
  return id === NIL ? `${id.slice(1)}1` : id;
}

/** A sampled span as the processors of the SDK take it. */
export function endedSpan(ended: Ended, resource: Resource): ReadableSpan {
  const { traceId, spanId, parent, name, attributes, failure } = ended;
  const startTime = millisToHrTime(ended.startMs);
  const endTime = millisToHrTime(Math.max(ended.startMs, ended.endMs));
  const context: SpanContext = { traceId, spanId, traceFlags: TraceFlags.SAMPLED };
  return {
    name,
    kind: ended.kind === 'client' ? SpanKind.CLIENT : SpanKind.INTERNAL,
    spanContext: () => context,
    ...(parent === undefined ? {} : { parentSpanContext: parent }),
    startTime,
    endTime,
    duration: hrTimeDuration(startTime, endTime),
    status: failure === undefined ? { code: SpanStatusCode.UNSET } : { code: SpanStatusCode.ERROR, message: failure },
    attributes,
    links: [],
    events: [],
    ended: true,
    resource,
    instrumentationScope: scope,
    droppedAttributesCount: 0,
    droppedEventsCount: 0,
    droppedLinksCount: 0,
  };
}
