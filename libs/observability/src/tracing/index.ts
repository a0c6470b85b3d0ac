/** Traces of transactions by OpenTelemetry. */
export { openTracing, type SamplerName, samplerNames, type TracingOptions } from './open-tracing.js';
export { type IncomingHeaders, readTrace } from './trace-context.js';
export { type TracerParts, TransactionTracer } from './transaction-tracer.js';
