/**
 * Variables about being observed: OpenTelemetry's standard ones as far as this process must know them (its libraries read the others themselves), and the
 * templates of links into the operator's own tools.
 */
import { samplerNames, type TracingOptions } from '@assent/observability';
import { z } from 'zod';
import { pairs, quoted, type Read, readName } from './values.js';

/** A link into another tool: a URL with placeholders. */
export interface LinkTemplate {
  readonly name: string;
  readonly template: string;
}

const PLACEHOLDERS = ['gid', 'traceId', 'fromMs', 'toMs'];
const OTLP_HTTP = ['http/protobuf', 'http/json'] as const;

const text = z.string().max(4_096);
const exporter = z.enum(['otlp', 'console', 'none'], { error: 'must be otlp, console or none' });
const protocol = z.enum(OTLP_HTTP, { error: 'must be http/protobuf or http/json; gRPC is not built in, every collector speaks both' });

export const observingVariables = {
  ASSENT_LINKS: pairs(readName, readTemplate).default(new Map<string, string>()).meta({
    description:
      'Links into your own tools that `GET /v1/transactions/{gid}` shows beside `self` and `wait`, as `name=template`, comma separated (write a comma inside a URL as `%2C`). Placeholders: `{gid}`, `{traceId}`, and `{fromMs}` and `{toMs}`, a minute before it began and a minute after it ended: `trace=https://jaeger.internal/trace/{traceId},logs=https://grafana.internal/explore?gid={gid}`.',
    shownDefault: 'none',
  }),
  OTEL_SDK_DISABLED: z
    .enum(['true', 'false'], { error: 'must be true or false' })
    .default('false')
    .meta({ description: '`true` turns tracing off whatever else is set.' }),
  OTEL_TRACES_EXPORTER: exporter.optional().meta({
    description:
      'Where spans go: `otlp`, `console` (standard output) or `none`. Tracing is off, and costs nothing, unless this or an endpoint is set.',
    shownDefault: '`otlp` if an endpoint is set, else `none`',
  }),
  OTEL_EXPORTER_OTLP_ENDPOINT: text.optional().meta({
    description:
      'The collector: `http://otel-collector:4318`. This and the other `OTEL_EXPORTER_OTLP_*` (headers, timeout, compression, certificates), `OTEL_BSP_*` (batches), `OTEL_SERVICE_NAME` and `OTEL_RESOURCE_ATTRIBUTES` are read by OpenTelemetry, as its specification says.',
    shownDefault: '`http://localhost:4318` once tracing is on',
  }),
  OTEL_EXPORTER_OTLP_TRACES_ENDPOINT: text
    .optional()
    .meta({ description: 'The whole URL for traces, if it is not the endpoint and `/v1/traces`.', shownDefault: 'none' }),
  OTEL_EXPORTER_OTLP_PROTOCOL: protocol.default('http/protobuf').meta({ description: '`http/protobuf` or `http/json`.' }),
  OTEL_EXPORTER_OTLP_TRACES_PROTOCOL: protocol
    .optional()
    .meta({ description: 'The same for traces alone.', shownDefault: 'OTEL_EXPORTER_OTLP_PROTOCOL' }),
  OTEL_TRACES_SAMPLER: z
    .enum(samplerNames, { error: `must be one of ${samplerNames.join(', ')}` })
    .default('parentbased_always_on')
    .meta({
      description:
        'Which transactions are traced. It judges by the trace id, so that all nodes trace the same ones. With `parentbased_*` the caller decides where there is one.',
    }),
  OTEL_TRACES_SAMPLER_ARG: z
    .string()
    .regex(/^(0(\.[0-9]+)?|1(\.0+)?)$/, 'must be a number from 0 to 1')
    .transform(Number)
    .default(1)
    .meta({ description: 'Share of transactions that the `traceidratio` samplers let through, from 0 to 1.' }),
};

type ObservingValues = z.infer<z.ZodObject<typeof observingVariables>>;

/** How to trace; `null`: not at all. */
export function tracingOf(values: ObservingValues): TracingOptions | null {
  const hasEndpoint = values.OTEL_EXPORTER_OTLP_ENDPOINT !== undefined || values.OTEL_EXPORTER_OTLP_TRACES_ENDPOINT !== undefined;
  const named = values.OTEL_TRACES_EXPORTER ?? (hasEndpoint ? 'otlp' : 'none');
  if (values.OTEL_SDK_DISABLED === 'true' || named === 'none') return null;
  return {
    exporter: named,
    protocol: values.OTEL_EXPORTER_OTLP_TRACES_PROTOCOL ?? values.OTEL_EXPORTER_OTLP_PROTOCOL,
    sampler: values.OTEL_TRACES_SAMPLER,
    ratio: values.OTEL_TRACES_SAMPLER_ARG,
  };
}

/** The templates in the order in which they were named. */
export function linksOf({ ASSENT_LINKS: links }: ObservingValues): readonly LinkTemplate[] {
  return [...links].map(([name, template]) => ({ name, template }));
}

/** An http(s) URL whose placeholders are known. */
function readTemplate(template: string): Read<string> {
  const unknown = [...template.matchAll(/\{([^}]*)\}/g)].map(([, name]) => name ?? '').find((name) => !PLACEHOLDERS.includes(name));
  if (unknown !== undefined) return { problem: `has the placeholder {${unknown.slice(0, 40)}}; there are {${PLACEHOLDERS.join('}, {')}}` };
  const url = template.replaceAll(/[{}]/g, '');
  const isHttp = URL.canParse(url) && /^https?:$/.test(new URL(url).protocol);
  return isHttp ? { value: template } : { problem: `${quoted(template, 80)} is not the template of an http or https URL` };
}
