/** What containers are told: the files they mount are there, images are pinned, and every process accepts the environment it is given. */
import { spawnSync } from 'node:child_process';
import { existsSync, mkdtempSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { parse, parseAllDocuments } from 'yaml';
import { readConfiguration } from '../../apps/coordinator/src/configuration/index.js';
import { readInventoryConfiguration } from '../../apps/inventory/src/configuration.js';
import { readOrderConfiguration } from '../../apps/order/src/configuration.js';
import { readPaymentConfiguration } from '../../apps/payment/src/configuration.js';
import { findProgram } from '../support/mariadb.js';

const deploy = fileURLToPath(new URL('../../deploy/', import.meta.url));

interface Service {
  readonly image: string;
  readonly environment?: Readonly<Record<string, string>>;
  readonly volumes?: readonly string[];
  readonly ports?: readonly string[];
  readonly command?: readonly string[];
}

interface Manifest {
  readonly kind: string;
  readonly data?: Readonly<Record<string, string>>;
  readonly spec?: {
    readonly template?: {
      readonly spec: {
        readonly containers: readonly { readonly env: readonly { readonly name: string; readonly value?: string }[] }[];
      };
    };
  };
}

const text = readFileSync(join(deploy, 'compose.yml'), 'utf8');
const settings = spawnSync(process.execPath, [join(deploy, 'make-env.mjs')], { encoding: 'utf8' }).stdout;
const values = new Map(
  settings
    .trim()
    .split('\n')
    .map((line) => [line.slice(0, line.indexOf('=')), line.slice(line.indexOf('=') + 1)]),
);
const services = (parse(text, { merge: true }) as { services: Record<string, Service> }).services;

/** Variables filled in as Compose does. */
function environmentOf(name: string): Record<string, string> {
  const given = Object.entries(services[name]?.environment ?? {});
  return Object.fromEntries(
    given.map(([key, value]) => [key, value.replaceAll(/\$\{(\w+):\?[^}]*\}/g, (_, of: string) => values.get(of) ?? '')]),
  );
}

describe('the compose file', () => {
  (findProgram('docker-compose') === null ? it.skip : it)('is legal', () => {
    const folder = mkdtempSync(join(tmpdir(), 'assent-compose-'));
    writeFileSync(join(folder, 'env'), settings);
    const args = ['--env-file', join(folder, 'env'), '-f', join(deploy, 'compose.yml'), 'config', '--quiet'];
    const { status, stderr } = spawnSync(findProgram('docker-compose') as string, args, { encoding: 'utf8' });
    rmSync(folder, { recursive: true });
    expect(stderr).toBe('');
    expect(status).toBe(0);
  });

  it('brings everything that is needed', () => {
    expect(Object.keys(services).sort()).toEqual(
      [
        ...['coordinator', 'order', 'inventory', 'payment'],
        ...['mysql', 'nats'],
        ...['prometheus', 'grafana', 'otel-collector', 'jaeger', 'loki'],
      ].sort(),
    );
  });

  it('asks for no value that nobody makes', () => {
    const asked = [...text.matchAll(/\$\{(\w+):\?/g)].map(([, name]) => name);
    expect(asked.length).toBeGreaterThan(5);
    for (const name of asked) expect(values.has(name ?? '')).toBe(true);
  });

  it('opens ports to this machine only', () => {
    for (const port of Object.values(services).flatMap(({ ports = [] }) => ports)) expect(port).toMatch(/^127\.0\.0\.1:/);
  });

  it('names a version of every image that is not built here', () => {
    for (const { image } of Object.values(services)) if (image !== 'assent') expect(image).toMatch(/:v?\d/);
  });

  it.each(Object.entries(services))('mounts only files that are there: %s', (_name, { volumes = [] }) => {
    for (const [source = ''] of volumes.map((volume) => volume.split(':')))
      if (source.startsWith('.')) expect(existsSync(join(deploy, source))).toBe(true);
  });

  it('makes the databases by a program of its own: one that cannot be executed would be read into the shell of the MySQL image, and `set` with it', () => {
    expect(statSync(join(deploy, 'mysql/create-all.sh')).mode & 0o111).toBe(0o111);
  });

  it.each(Object.entries(services).filter(([, { command }]) => command?.[0] === 'node'))(
    'starts a program there is: %s',
    (_name, { command }) => {
      const source =
        command
          ?.at(-1)
          ?.replace(/^dist\//, '')
          .replace(/\.js$/, '.ts') ?? '';
      expect(existsSync(join(deploy, '..', source))).toBe(true);
    },
  );

  it.each([
    ['coordinator', readConfiguration],
    ['order', readOrderConfiguration],
    ['inventory', readInventoryConfiguration],
    ['payment', readPaymentConfiguration],
  ])('tells %s only what it accepts', (name, read) => {
    expect(() => read(environmentOf(name))).not.toThrow();
    expect(Object.keys(environmentOf(name)).length).toBeGreaterThan(1);
    // A variable that nobody reads is a typing error, which no process complains about.
    const known = readFileSync(
      join(deploy, name === 'coordinator' ? '../docs/configuration.md' : `../apps/${name}/src/configuration.ts`),
      'utf8',
    );
    for (const variable of Object.keys(environmentOf(name))) expect(known).toMatch(new RegExp(`\\b${variable}\\b`));
  });
});

describe('the other files of the deployment', () => {
  it.each([
    'otel/collector.yml',
    'loki/loki.yml',
    'grafana/provisioning/datasources/assent.yml',
    'grafana/provisioning/dashboards/assent.yml',
  ])('can be read: %s', (file) => expect(parse(readFileSync(join(deploy, file), 'utf8'))).toBeInstanceOf(Object));

  it('have a collector whose pipelines name only what is configured', () => {
    type Parts = Readonly<Record<string, unknown>>;
    const collector = parse(readFileSync(join(deploy, 'otel/collector.yml'), 'utf8')) as Record<
      'receivers' | 'processors' | 'exporters',
      Parts
    > & {
      service: { pipelines: Record<string, Record<'receivers' | 'processors' | 'exporters', string[]>> };
    };
    for (const pipeline of Object.values(collector.service.pipelines))
      for (const kind of ['receivers', 'processors', 'exporters'] as const)
        for (const part of pipeline[kind]) expect(Object.keys(collector[kind])).toContain(part);
  });

  it('have an image that runs as nobody important and ends by SIGTERM', () => {
    const dockerfile = readFileSync(join(deploy, '../Dockerfile'), 'utf8');
    expect(dockerfile).toMatch(/^USER node$/m);
    expect(dockerfile.match(/^FROM (\S+)/gm)?.at(-1)).toMatch(/-slim$/);
    for (const [, source = ''] of dockerfile.matchAll(/^COPY (?!--from)(.*) \S+$/gm))
      for (const path of source.split(' ')) expect(existsSync(join(deploy, '..', path))).toBe(true);
  });

  it('have manifests for Kubernetes whose coordinator accepts what it is told', () => {
    const documents = parseAllDocuments(readFileSync(join(deploy, 'kubernetes/assent.yaml'), 'utf8'));
    const manifests = documents.map((document) => document.toJS() as Manifest);
    expect(documents.flatMap(({ errors }) => errors)).toEqual([]);
    const kinds = ['Namespace', 'ConfigMap', 'StatefulSet', 'Service', 'Service', 'PodDisruptionBudget', 'NetworkPolicy'];
    expect(manifests.map(({ kind }) => kind)).toEqual(kinds);
    const [container] = manifests.flatMap(({ spec }) => spec?.template?.spec.containers ?? []);
    const fromSecret = {
      ASSENT_NODE_NAME: 'coordinator-0',
      ASSENT_DATABASE_URL: 'mysql://assent:secret@mysql.databases:3306/assent',
      ASSENT_API_KEYS: `admin:admin=${values.get('ADMIN_API_KEY')}`,
      ASSENT_PARTICIPANT_KEYS: `inventory=${values.get('INVENTORY_KEY')}`,
    };
    const plain = Object.fromEntries((container?.env ?? []).map(({ name, value = '' }) => [name, value.replace('$(POD_IP)', '10.1.2.3')]));
    const environment = { ...manifests[1]?.data, ...plain, ...fromSecret };
    expect(readConfiguration(environment)).toMatchObject({ nodeName: 'coordinator-0', http: { host: '0.0.0.0' } });
    const page = readFileSync(join(deploy, '../docs/configuration.md'), 'utf8');
    for (const variable of Object.keys(environment).filter((key) => key !== 'POD_IP')) expect(page).toContain(`| \`${variable}\` |`);
  });
});
