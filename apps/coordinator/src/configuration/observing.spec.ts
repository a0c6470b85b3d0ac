import { ConfigurationError, readConfiguration } from './index.js';

const ENDPOINT = { OTEL_EXPORTER_OTLP_ENDPOINT: 'http://otel-collector:4318' };

function problemsOf(environment: Record<string, string>): readonly string[] {
  try {
    readConfiguration(environment);
  } catch (error) {
    if (error instanceof ConfigurationError) return error.problems;
    throw error;
  }
  return [];
}

describe('tracing', () => {
  const tracing = (environment: Record<string, string>) => readConfiguration(environment).tracing;

  it('is off unless somebody names where spans go', () => {
    expect(tracing({})).toBeNull();
    expect(tracing({ OTEL_TRACES_SAMPLER: 'always_on' })).toBeNull();
    expect(tracing({ ...ENDPOINT, OTEL_TRACES_EXPORTER: 'none' })).toBeNull();
    expect(tracing({ ...ENDPOINT, OTEL_SDK_DISABLED: 'true' })).toBeNull();
  });

  it('is on by an endpoint or an exporter, as the standard variables say', () => {
    expect(tracing(ENDPOINT)).toEqual({ exporter: 'otlp', protocol: 'http/protobuf', sampler: 'parentbased_always_on', ratio: 1 });
    expect(tracing({ OTEL_TRACES_EXPORTER: 'console' })).toMatchObject({ exporter: 'console' });
    expect(tracing({ OTEL_EXPORTER_OTLP_TRACES_ENDPOINT: 'http://c:4318/v1/traces' })).toMatchObject({ exporter: 'otlp' });
    const json = { ...ENDPOINT, OTEL_EXPORTER_OTLP_TRACES_PROTOCOL: 'http/json' };
    expect(tracing({ ...json, OTEL_TRACES_SAMPLER: 'traceidratio', OTEL_TRACES_SAMPLER_ARG: '0.1' })).toMatchObject({
      protocol: 'http/json',
      sampler: 'traceidratio',
      ratio: 0.1,
    });
  });

  it.each([
    ['OTEL_EXPORTER_OTLP_PROTOCOL', 'grpc', /gRPC is not built in/],
    ['OTEL_TRACES_EXPORTER', 'zipkin', /must be otlp, console or none/],
    ['OTEL_TRACES_SAMPLER', 'sometimes', /must be one of always_on/],
    ['OTEL_TRACES_SAMPLER_ARG', '2', /from 0 to 1/],
    ['OTEL_SDK_DISABLED', 'maybe', /true or false/],
  ])('says at boot what it does not offer: %s=%s', (variable, value, message) => {
    expect(problemsOf({ ...ENDPOINT, [variable]: value })).toEqual([expect.stringMatching(message)]);
  });
});

describe('links into other tools', () => {
  it('are read as templates, in their order', () => {
    const ASSENT_LINKS = 'trace=https://jaeger/trace/{traceId}, logs=https://grafana/explore?q=a%2Cb&gid={gid}&from={fromMs}';
    expect(readConfiguration({ ASSENT_LINKS }).links).toEqual([
      { name: 'trace', template: 'https://jaeger/trace/{traceId}' },
      { name: 'logs', template: 'https://grafana/explore?q=a%2Cb&gid={gid}&from={fromMs}' },
    ]);
  });

  it.each([
    ['trace=https://jaeger/{trace}', /placeholder \{trace\}; there are \{gid\}/],
    ['trace=javascript:alert(1)', /not the template of an http or https URL/],
    ['trace', /list of name=value/],
    ['a b=https://x', /not a name/],
  ])('are refused when nobody could follow them: %s', (ASSENT_LINKS, message) => {
    expect(problemsOf({ ASSENT_LINKS })).toEqual([expect.stringMatching(message)]);
  });
});
