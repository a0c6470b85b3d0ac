/** The dashboards, held to their schema, and every query of them run on a real Prometheus that has scraped a running demo: over NATS where there is one, so that events are seen, too. */
import { type ChildProcess, spawn } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { natsIsInstalled } from '../support/nats.js';
import { freePortsInARow } from '../support/ports.js';
import { type PrometheusServer, prometheusIsInstalled, queryRange, startPrometheus } from '../support/prometheus.js';
import { rules, selectorsIn } from './support/alerts.js';
import { dashboards, filledIn, metricsIn, queries } from './support/dashboards.js';

const root = fileURLToPath(new URL('../../', import.meta.url));
const DEMO_WITHIN_MS = 240_000;
const SERVING = 'Ctrl-C stops everything';
const demoArguments = natsIsInstalled() ? ['--nats'] : [];
/** Its services, NATS, and what watches that. */
const DEMO_PORTS = 6;
/** The demo's services, in the order of their ports. */
const JOBS = ['assent-coordinator', 'assent-shop', 'assent-shop', 'assent-shop'];

describe('the dashboards', () => {
  it('are two, linked with each other by their tag', () => {
    expect(dashboards.map(({ uid }) => uid).sort()).toEqual(['assent-overview', 'assent-transactions']);
    for (const { tags, links } of dashboards) {
      expect(tags).toContain('assent');
      expect(links).toContainEqual(expect.objectContaining({ type: 'dashboards', tags: ['assent'] }));
    }
  });

  it.each(dashboards.map((dashboard) => [dashboard.title, dashboard] as const))(
    'have panels that do not overlap: %s',
    (_title, { panels }) => {
      const taken = new Set<string>();
      for (const { gridPos } of panels) {
        expect(gridPos.x + gridPos.w).toBeLessThanOrEqual(24);
        for (let x = gridPos.x; x < gridPos.x + gridPos.w; x++)
          for (let y = gridPos.y; y < gridPos.y + gridPos.h; y++) {
            expect(taken).not.toContain(`${x}/${y}`);
            taken.add(`${x}/${y}`);
          }
      }
      expect(new Set(panels.map(({ id }) => id)).size).toBe(panels.length);
    },
  );

  it.each(dashboards.map((dashboard) => [dashboard.title, dashboard] as const))('have panels that say what they show: %s', (_title, of) => {
    expect(of.schemaVersion).toBeGreaterThanOrEqual(39);
    const variables = new Set(of.templating.list.map(({ name }) => `$${name}`));
    for (const panel of of.panels.filter(({ type }) => type !== 'row')) {
      expect(panel.datasource?.uid).toBe('${' + 'datasource}');
      expect(panel.description).toMatch(/\.$/);
      for (const { expr } of panel.targets ?? []) for (const [, name] of expr.matchAll(/"(\$[a-z]+)"/g)) expect(variables).toContain(name);
    }
  });

  it.each(queries)('look at metrics that exist: %s', (_panel, expr) => {
    const page = readFileSync(join(root, 'docs/metrics.md'), 'utf8');
    for (const name of metricsIn(expr)) expect(page).toContain(`\`${name}\``);
  });
});

const describeOnPrometheus = prometheusIsInstalled() ? describe : describe.skip;

describeOnPrometheus('the dashboards, on a running demo', () => {
  let folder: string;
  let prometheus: PrometheusServer;
  let demo: ChildProcess | undefined;
  let startedAt: number;

  beforeAll(async () => {
    folder = mkdtempSync(join(tmpdir(), 'assent-dashboards-'));
    const firstPort = await freePortsInARow(DEMO_PORTS);
    prometheus = await startPrometheus(scraping(firstPort));
    startedAt = Date.now() / 1_000;
    demo = await runningDemo(firstPort, folder);
  }, DEMO_WITHIN_MS);

  afterAll(async () => {
    const ended = new Promise<void>((resolve) => {
      if (demo === undefined) resolve();
      else demo.once('exit', () => resolve());
    });
    demo?.kill('SIGTERM');
    await ended;
    await prometheus.stop();
    rmSync(folder, { recursive: true, force: true });
  }, 60_000);

  it.each(queries)('show data: %s', async (_panel, expr) => {
    const range = { start: startedAt, end: Date.now() / 1_000, step: 1 };
    const answer = await queryRange(prometheus.url, filledIn(expr), range);
    expect(answer).toMatchObject({ status: 'success' });
    expect(answer.data?.result.length).toBeGreaterThan(0);
    const numbers = (answer.data?.result ?? []).flatMap(({ values }) => values.map(([, value]) => Number(value)));
    // A quantile of nothing is NaN: an empty panel. Without NATS nothing is published.
    if (natsIsInstalled() || !expr.includes('assent_outbox_publish_lag')) expect(numbers.some(Number.isFinite)).toBe(true);
  });

  // A name or the value of a label that is misspelt never fires, and nobody hears of it.
  it.each(rules.flatMap(({ alert, expr }) => selectorsIn(expr).map((selector) => [alert, selector] as const)))(
    'stand beside alert rules that see something: %s, %s',
    async (_alert, selector) => {
      if (!natsIsInstalled() && selector.startsWith('assent_consumer_')) return;
      const answer = await queryRange(prometheus.url, selector, { start: startedAt, end: Date.now() / 1_000, step: 1 });
      expect(answer.data?.result.length).toBeGreaterThan(0);
    },
  );

  it.each(dashboards.flatMap(({ title, templating }) => templating.list.map(({ name, definition }) => [title, name, definition] as const)))(
    'find values for their variables: %s, %s',
    async (_title, _name, definition) => {
      const [, metric = '', label = ''] = /^label_values\((\w+), (\w+)\)$/.exec(definition ?? '') ?? [];
      if (definition === undefined) return;
      const url = `${prometheus.url}/api/v1/label/${label}/values?match[]=${metric}`;
      const { data } = (await (await fetch(url)).json()) as { data: string[] };
      expect(data.length).toBeGreaterThan(0);
    },
  );
});

function scraping(firstPort: number): string {
  const jobs = [...new Set(JOBS)].map((job) => {
    const targets = JOBS.map((of, at) => (of === job ? `'127.0.0.1:${firstPort + at}'` : null)).filter((target) => target !== null);
    return `  - job_name: ${job}\n    static_configs:\n      - targets: [${targets.join(', ')}]`;
  });
  return `global: { scrape_interval: 1s, scrape_timeout: 1s }\nscrape_configs:\n${jobs.join('\n')}\n`;
}

/** Starts `npm start` on these ports; resolves once the shop serves, with 200 orders behind it. */
function runningDemo(firstPort: number, folder: string): Promise<ChildProcess> {
  const env = { ...process.env, ASSENT_NATS_URL: '', ASSENT_DEMO_PORT: String(firstPort), ASSENT_DEMO_FOLDER: folder };
  const child = spawn(process.execPath, [join(root, 'scripts/start.mjs'), ...demoArguments], {
    cwd: root,
    env,
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  process.once('exit', () => child.kill('SIGKILL'));
  return new Promise((resolve, reject) => {
    let told = '';
    const hear = (text: string) => {
      told += text;
      if (told.includes(SERVING)) resolve(child);
    };
    child.stdout?.setEncoding('utf8').on('data', hear);
    child.stderr?.setEncoding('utf8').on('data', hear);
    child.once('exit', (code) => reject(new Error(`The demo ended with ${code}:\n${told}`)));
  });
}
