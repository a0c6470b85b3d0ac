import { SpanKind } from '@opentelemetry/api';
import { emptyResource } from '@opentelemetry/resources';
import {
  AlwaysOffSampler,
  AlwaysOnSampler,
  InMemorySpanExporter,
  ParentBasedSampler,
  type ReadableSpan,
  type Sampler,
  SimpleSpanProcessor,
} from '@opentelemetry/sdk-trace-base';
import { readTrace, TransactionTracer } from '../src/index.js';
import { aCall, aView, monitorAt } from './views.js';

const OF_GID = '0199c2f0000070008000000000000001';
const CALLERS = '0af7651916cd43dd8448eb211c80319c';
const CALLER_SPAN = 'b7ad6b7169203331';
const sampled = `00-${CALLERS}-${CALLER_SPAN}-01`;
const unsampled = `00-${CALLERS}-${CALLER_SPAN}-00`;

function aTracer(sampler: Sampler = new ParentBasedSampler({ root: new AlwaysOnSampler() })) {
  const exporter = new InMemorySpanExporter();
  const processor = new SimpleSpanProcessor(exporter);
  const tracer = new TransactionTracer({
    processor,
    sampler,
    resource: emptyResource(),
    traceIdOf: () => OF_GID,
    wallClockMs: () => 5_000,
  });
  const named = (name: string): ReadableSpan | undefined => exporter.getFinishedSpans().find((span) => span.name === name);
  return { tracer, exporter, named };
}

const branch = {
  id: 'stock',
  after: [],
  pivot: false,
  run: 'coordinator',
  forward: { op: 'try', outcome: 'succeeded', attempts: 1 },
  end: { op: 'confirm', outcome: 'succeeded', attempts: 1 },
  attention: 'none',
} as const;

describe('the trace of a transaction', () => {
  it('holds the transaction, its phases below it, and each call below its phase', () => {
    const { tracer, exporter, named } = aTracer();
    tracer.called(aCall, 'inventory', { kind: 'succeeded' }, 5);
    tracer.called({ ...aCall, op: 'confirm' }, 'inventory', { kind: 'succeeded' }, 5);
    tracer.finished(aView({ branches: [branch] }), 1_020);
    const [whole, forward, commit] = [named('tcc checkout'), named('forward'), named('commit')];
    const [attempt, confirm] = [named('inventory.reserve try'), named('inventory.reserve confirm')];
    expect(exporter.getFinishedSpans()).toHaveLength(5);
    expect(whole?.parentSpanContext).toBeUndefined();
    expect(forward?.parentSpanContext?.spanId).toBe(whole?.spanContext().spanId);
    expect(commit?.parentSpanContext?.spanId).toBe(whole?.spanContext().spanId);
    expect(attempt?.parentSpanContext?.spanId).toBe(forward?.spanContext().spanId);
    expect(confirm?.parentSpanContext?.spanId).toBe(commit?.spanContext().spanId);
    for (const span of exporter.getFinishedSpans()) expect(span.spanContext().traceId).toBe(OF_GID);
    expect(attempt).toMatchObject({ kind: SpanKind.CLIENT, startTime: [4, 995_000_000], endTime: [5, 0] });
    expect(forward).toMatchObject({ startTime: [1, 0], endTime: [1, 20_000_000] });
    expect(commit).toMatchObject({ startTime: [1, 20_000_000], endTime: [1, 41_000_000] });
  });

  it('goes on at another node: nothing but the gid is needed to find the parent of a call', () => {
    const [one, other] = [aTracer(), aTracer()];
    one.tracer.called(aCall, 'inventory', { kind: 'succeeded' }, 5);
    other.tracer.finished(aView({ branches: [branch] }), null);
    const parent = one.named('inventory.reserve try')?.parentSpanContext?.spanId;
    expect(parent).toBe(other.named('forward')?.spanContext().spanId);
  });

  it('belongs to the trace of whoever began the transaction', () => {
    const { tracer, named } = aTracer();
    tracer.finished(aView({ trace: sampled }), 1_020);
    expect(named('tcc checkout')?.spanContext().traceId).toBe(CALLERS);
    expect(named('tcc checkout')?.parentSpanContext).toMatchObject({ traceId: CALLERS, spanId: CALLER_SPAN, isRemote: true });
  });

  it('is handed to the participant with the span of the very call', () => {
    const { tracer, named } = aTracer();
    const header = tracer.traceparentOf({ ...aCall, trace: sampled });
    tracer.called({ ...aCall, trace: sampled }, 'inventory', { kind: 'succeeded' }, 5);
    expect(header).toBe(`00-${CALLERS}-${named('inventory.reserve try')?.spanContext().spanId}-01`);
    expect(tracer.traceparentOf({ ...aCall, attempt: 3 })).not.toBe(tracer.traceparentOf(aCall));
  });

  it('is not recorded when the caller, or the sampler, does not want it, and participants are told so', () => {
    const silent = aTracer(new AlwaysOffSampler());
    const { tracer, exporter } = aTracer();
    for (const [at, trace] of [
      [tracer, unsampled],
      [silent.tracer, undefined],
    ] as const) {
      at.called({ ...aCall, trace }, 'inventory', { kind: 'succeeded' }, 5);
      at.finished(aView(trace === undefined ? {} : { trace }), 1_020);
      expect(at.traceparentOf({ ...aCall, trace })).toMatch(/-00$/);
    }
    expect([exporter.getFinishedSpans(), silent.exporter.getFinishedSpans()]).toEqual([[], []]);
  });

  it('marks a lost call as failed, a refusal not: that is an answer of the business', () => {
    const { tracer, named } = aTracer();
    tracer.called(aCall, 'inventory', { kind: 'unknown', code: 'timeout', message: 'no answer' }, 5);
    tracer.called({ ...aCall, op: 'cancel' }, 'inventory', { kind: 'rejected', refusal: { code: 'OUT_OF_STOCK', message: 'tea' } }, 5);
    expect(named('inventory.reserve try')).toMatchObject({
      status: { code: 2, message: 'no answer' },
      attributes: { 'assent.code': 'timeout' },
    });
    expect(named('inventory.reserve cancel')).toMatchObject({ status: { code: 0 }, attributes: { 'assent.code': 'OUT_OF_STOCK' } });
    const said = { kind: 'unknown', code: 'http_422', message: 'answered 422: BAD no such card 4111-1111' } as const;
    tracer.called({ ...aCall, op: 'confirm' }, 'inventory', said, 5);
    expect(named('inventory.reserve confirm')).toMatchObject({ status: { code: 2, message: 'http_422' } });
  });

  it('does not hold a process up when its exporter does not come to an end', async () => {
    const processor = { onStart() {}, onEnd() {}, forceFlush: async () => undefined, shutdown: () => new Promise<void>(() => undefined) };
    const parts = {
      processor,
      sampler: new AlwaysOnSampler(),
      resource: emptyResource(),
      traceIdOf: () => OF_GID,
      wallClockMs: () => 5_000,
    };
    const startedMs = performance.now();
    await new TransactionTracer(parts).close();
    expect(performance.now() - startedMs).toBeLessThan(10_000);
  });

  it('never shows a payload or a result', () => {
    const { tracer, exporter } = aTracer();
    const { monitor } = monitorAt('info', tracer);
    monitor.called(aCall, 'inventory', { kind: 'succeeded', result: '{"card":"4111-1111"}' }, 5);
    monitor.finished(aView({ branches: [{ ...branch, forward: { ...branch.forward, result: { card: '4111-1111' } } }] }), 1_020);
    expect(exporter.getFinishedSpans().length).toBeGreaterThan(3);
    expect(JSON.stringify(exporter.getFinishedSpans().map(({ resource: _resource, ...span }) => span))).not.toContain('4111');
  });
});

describe('the trace a request belongs to', () => {
  it.each([
    ['traceparent', { traceparent: sampled }, sampled],
    ['an unsampled traceparent', { traceparent: unsampled }, unsampled],
    ['one of a later version', { traceparent: `cc-${CALLERS}-${CALLER_SPAN}-01-more` }, sampled],
    ['the single header of B3', { b3: `${CALLERS}-${CALLER_SPAN}-1` }, sampled],
    ['B3 with a parent, for debugging', { b3: `${CALLERS}-${CALLER_SPAN}-d-05e3ac9a4f6e3b90` }, sampled],
    ['B3 with a short trace id', { b3: `8448eb211c80319c-${CALLER_SPAN}-0` }, `00-${'0'.repeat(16)}8448eb211c80319c-${CALLER_SPAN}-00`],
    ['the many headers of B3', { 'x-b3-traceid': CALLERS, 'x-b3-spanid': CALLER_SPAN, 'x-b3-sampled': '1' }, sampled],
    ['traceparent rather than B3', { traceparent: unsampled, b3: `${'1'.repeat(32)}-${CALLER_SPAN}-1` }, unsampled],
    ['B3 where traceparent is broken', { traceparent: 'nonsense', b3: `${CALLERS}-${CALLER_SPAN}-1` }, sampled],
  ])('is read from %s', (_how, headers, trace) => {
    expect(readTrace(headers)).toBe(trace);
  });

  it.each([
    {},
    { traceparent: '' },
    { traceparent: `00-${'0'.repeat(32)}-${CALLER_SPAN}-01` },
    { traceparent: `00-${CALLERS}-${'0'.repeat(16)}-01` },
    { traceparent: `ff-${CALLERS}-${CALLER_SPAN}-01` },
    { traceparent: `${sampled}, ${sampled}` },
    { b3: '0' },
    { b3: "x'; DROP TABLE" },
    { 'x-b3-traceid': 'zz', 'x-b3-spanid': CALLER_SPAN },
  ])('is none where there is nothing to be read: %j', (headers) => {
    expect(readTrace(headers)).toBeUndefined();
  });
});
