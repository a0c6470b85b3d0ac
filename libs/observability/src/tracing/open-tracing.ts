/**
 * Turns tracing on as OpenTelemetry's standard environment variables say. Off unless an exporter or an endpoint is named; then nothing of the SDK is even
 * loaded. Endpoint, headers, timeouts, batch sizes and resource attributes are read by OpenTelemetry itself.
 */
import type { SpanExporter } from '@opentelemetry/sdk-trace-base';
import type { TransactionTracer } from './transaction-tracer.js';

export interface TracingOptions {
  readonly exporter: 'otlp' | 'console';
  readonly protocol: 'http/protobuf' | 'http/json';
  readonly sampler: SamplerName;
  /** Share of traces for the `traceidratio` samplers, 0 to 1. */
  readonly ratio: number;
}

export const samplerNames = [
  'always_on',
  'always_off',
  'traceidratio',
  'parentbased_always_on',
  'parentbased_always_off',
  'parentbased_traceidratio',
] as const;

export type SamplerName = (typeof samplerNames)[number];

export interface TracingContext {
  /** What this process is called unless `OTEL_SERVICE_NAME` says otherwise. */
  readonly serviceName: string;
  /** Which of the processes of that name it is. */
  readonly instance: string;
  readonly traceIdOf: (gid: string) => string;
  /** Told, by OpenTelemetry, that spans are not exported and the like. */
  readonly report: (problem: string) => void;
}

/** Its messages carry whole stacks. */
const LONGEST_REPORT = 500;

/** Opens the exporter. A collector that is away is no error: spans are dropped, and OpenTelemetry tries again with the next ones. */
export async function openTracing(options: TracingOptions, context: TracingContext): Promise<TransactionTracer> {
  const { diag, DiagLogLevel } = await import('@opentelemetry/api');
  const report = (problem: string) => context.report(problem.slice(0, LONGEST_REPORT));
  const silent = () => undefined;
  const logger = { error: report, warn: report, info: silent, debug: silent, verbose: silent };
  diag.setLogger(logger, { logLevel: DiagLogLevel.WARN, suppressOverrideMessage: true });
  const { BatchSpanProcessor } = await import('@opentelemetry/sdk-trace-base');
  const { defaultResource, detectResources, envDetector, resourceFromAttributes } = await import('@opentelemetry/resources');
  const { TransactionTracer } = await import('./transaction-tracer.js');
  const named = resourceFromAttributes({ 'service.name': context.serviceName, 'service.instance.id': context.instance });
  return new TransactionTracer({
    processor: new BatchSpanProcessor(await exporterOf(options)),
    sampler: await samplerOf(options),
    resource: defaultResource()
      .merge(named)
      .merge(detectResources({ detectors: [envDetector] })),
    traceIdOf: context.traceIdOf,
    wallClockMs: () => Date.now(),
  });
}

async function exporterOf({ exporter, protocol }: TracingOptions): Promise<SpanExporter> {
  if (exporter === 'console') return new (await import('@opentelemetry/sdk-trace-base')).ConsoleSpanExporter();
  if (protocol === 'http/json') return new (await import('@opentelemetry/exporter-trace-otlp-http')).OTLPTraceExporter();
  return new (await import('@opentelemetry/exporter-trace-otlp-proto')).OTLPTraceExporter();
}

async function samplerOf({ sampler, ratio }: TracingOptions) {
  const { AlwaysOffSampler, AlwaysOnSampler, ParentBasedSampler, TraceIdRatioBasedSampler } = await import('@opentelemetry/sdk-trace-base');
  const root = sampler.endsWith('always_off')
    ? new AlwaysOffSampler()
    : sampler.endsWith('traceidratio')
      ? new TraceIdRatioBasedSampler(ratio)
      : new AlwaysOnSampler();
  return sampler.startsWith('parentbased_') ? new ParentBasedSampler({ root }) : root;
}
