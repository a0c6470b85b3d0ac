/** The dashboards of `deploy/grafana`, read as Grafana does. */
import { readdirSync, readFileSync } from 'node:fs';

const folder = new URL('../../../deploy/grafana/dashboards/', import.meta.url);

export interface Target {
  readonly expr: string;
  readonly refId: string;
}

export interface Panel {
  readonly id: number;
  readonly type: string;
  readonly title: string;
  readonly description?: string;
  readonly gridPos: { readonly x: number; readonly y: number; readonly w: number; readonly h: number };
  readonly datasource?: { readonly uid: string };
  readonly targets?: readonly Target[];
}

export interface Variable {
  readonly name: string;
  readonly type: 'datasource' | 'query';
  readonly definition?: string;
}

export interface Dashboard {
  readonly uid: string;
  readonly title: string;
  readonly schemaVersion: number;
  readonly tags: readonly string[];
  readonly links: readonly { readonly type: string; readonly tags: readonly string[] }[];
  readonly templating: { readonly list: readonly Variable[] };
  readonly panels: readonly Panel[];
}

export const dashboards: readonly Dashboard[] = readdirSync(folder)
  .filter((name) => name.endsWith('.json'))
  .map((name) => JSON.parse(readFileSync(new URL(name, folder), 'utf8')) as Dashboard);

/** Every query of every panel, named so that a failure says which. */
export const queries: readonly (readonly [string, string])[] = dashboards.flatMap(({ title, panels }) =>
  panels.flatMap((panel) => (panel.targets ?? []).map(({ refId, expr }) => [`${title} / ${panel.title} / ${refId}`, expr] as const)),
);

/** The query with every variable set to "All", and Grafana's own intervals filled in. */
export function filledIn(expr: string): string {
  return expr
    .replaceAll('$__rate_interval', '20s')
    .replaceAll('$__range', '5m')
    .replaceAll(/"\$[a-z]+"/g, '".*"');
}

/** The names of our metrics in a query, without the endings of histograms. */
export function metricsIn(text: string): readonly string[] {
  return [...text.matchAll(/\b(?:assent|shop)_[a-z_]+/g)].map(([name]) => name.replace(/_(bucket|sum|count)$/, ''));
}
