/** What is alerted on: the rules are legal, each is shown to fire and not to fire too early, names metrics that exist, and has its entry in the runbook. */
import { spawnSync } from 'node:child_process';
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { parse } from 'yaml';
import { findProgram } from '../support/mariadb.js';
import { rules } from './support/alerts.js';
import { metricsIn } from './support/dashboards.js';

const folder = new URL('../../deploy/prometheus/', import.meta.url);
const documents = new URL('../../docs/', import.meta.url);

interface RuleTest {
  readonly alert_rule_test: readonly { readonly alertname: string; readonly exp_alerts: readonly unknown[] }[];
}

const read = <Content>(name: string) => parse(readFileSync(new URL(name, folder), 'utf8')) as Content;
const tests = read<{ tests: RuleTest[] }>('alerts.test.yml').tests.flatMap((test) => test.alert_rule_test);

const itByPromtool = findProgram('promtool') === null ? it.skip : it;

function promtool(...args: readonly string[]): { readonly status: number | null; readonly output: string } {
  const { status, stdout, stderr } = spawnSync(findProgram('promtool') as string, args, { cwd: fileURLToPath(folder), encoding: 'utf8' });
  return { status, output: `${stdout}${stderr}` };
}

describe('the alert rules', () => {
  itByPromtool('are legal, and so is the scrape configuration that loads them', () => {
    expect(promtool('check', 'config', 'prometheus.yml')).toMatchObject({ status: 0 });
  });

  itByPromtool('fire when they should, and not before', () => {
    const { status, output } = promtool('test', 'rules', 'alerts.test.yml');
    expect(output).toContain('SUCCESS');
    expect(status).toBe(0);
  });

  it.each(rules.map(({ alert }) => alert))('are tested both ways: %s', (alert) => {
    const own = tests.filter(({ alertname }) => alertname === alert);
    expect(own.some(({ exp_alerts }) => exp_alerts.length > 0)).toBe(true);
    expect(own.some(({ exp_alerts }) => exp_alerts.length === 0)).toBe(true);
  });

  it.each(rules.map(({ alert, ...rule }) => [alert, rule] as const))('say how bad it is and where to read on: %s', (alert, rule) => {
    expect(['critical', 'warning']).toContain(rule.labels.severity);
    expect(rule.annotations.runbook).toBe(`docs/operations.md#${alert.toLowerCase()}`);
    expect(readFileSync(new URL('operations.md', documents), 'utf8')).toMatch(new RegExp(`^#+ ${alert}$`, 'm'));
  });

  it.each(rules.map(({ alert, expr }) => [alert, expr] as const))('look at metrics that exist: %s', (_alert, expr) => {
    const page = readFileSync(new URL('metrics.md', documents), 'utf8');
    for (const name of metricsIn(expr)) expect(page).toContain(`\`${name}\``);
  });
});

describe('the alarms of a node', () => {
  /** First arguments of whatever raises one; `unstorable` and `dead` only choose between codes. */
  const raised = /(?:alarm|trouble|failing|setAsideAs)\(([^`)]*)/g;
  const notCodes = new Set(['unstorable', 'dead']);
  const root = fileURLToPath(new URL('../../', import.meta.url));
  const sources = ['libs/engine/src', 'libs/events/src', 'apps/coordinator/src'].flatMap((folder) =>
    readdirSync(join(root, folder), { recursive: true, encoding: 'utf8' })
      .filter((path) => path.endsWith('.ts') && !path.endsWith('.spec.ts'))
      .map((path) => readFileSync(join(root, folder, path), 'utf8')),
  );
  const codes = new Set(
    sources
      .flatMap((text) =>
        [...text.matchAll(raised)].flatMap(([, first = '']) => [...first.matchAll(/'([a-z]+_?[a-z_]*)'/g)].map(([, code]) => code ?? '')),
      )
      .filter((code) => !notCodes.has(code)),
  );

  it.each([...codes].sort())('are explained: %s', (code) => {
    const page = readFileSync(new URL('operations.md', documents), 'utf8');
    const table = page.slice(page.indexOf('## Alarms'));
    expect(table).toMatch(new RegExp(`^\\| [^|]*\`${code}\``, 'm'));
  });

  it('are found where they are raised', () => {
    for (const code of ['branch_parked', 'protocol_bug', 'flush_in_doubt', 'events_not_published', 'lost_commits'])
      expect(codes).toContain(code);
  });
});
