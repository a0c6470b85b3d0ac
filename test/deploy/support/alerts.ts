/** The alert rules of `deploy/prometheus`, read as Prometheus does. */
import { readFileSync } from 'node:fs';
import { parse } from 'yaml';

export interface Rule {
  readonly alert: string;
  readonly expr: string;
  readonly labels: { readonly severity: string };
  readonly annotations: { readonly summary: string; readonly runbook: string };
}

const file = new URL('../../../deploy/prometheus/alerts.yml', import.meta.url);
const { groups } = parse(readFileSync(file, 'utf8')) as { readonly groups: readonly { readonly rules: readonly Rule[] }[] };

export const rules: readonly Rule[] = groups.flatMap((group) => group.rules);

/** What an expression looks at, by itself: names with the labels that are asked for, one for each value where several will do. */
export function selectorsIn(expr: string): readonly string[] {
  const selectors = [...expr.matchAll(/\b(?:up|(?:assent|shop|nodejs|process)_\w+)\b(?:\{[^}]*\})?/g)].map(([selector]) => selector);
  return selectors.flatMap((selector) => {
    const choice = /=~"([\w|]+)"/.exec(selector);
    return choice === null ? [selector] : (choice[1] ?? '').split('|').map((value) => selector.replace(choice[0], `="${value}"`));
  });
}
