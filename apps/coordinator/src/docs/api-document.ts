/** `docs/api.md`, written from the routes and their schemas, so that the page cannot say anything else than the code. */
import { type Route, routes } from '../api/index.js';
import { conventions, examples } from './api-prose.js';
import { errorsOf } from './openapi.js';

interface FieldSchema {
  readonly type?: string | readonly string[];
  readonly description?: string;
  readonly enum?: readonly unknown[];
  readonly maxLength?: number;
  readonly maximum?: number;
  readonly items?: FieldSchema;
  readonly required?: readonly string[];
  readonly properties?: Readonly<Record<string, FieldSchema>>;
}

/** The whole page as Markdown. */
export function apiDocument(): string {
  return [conventions, ...routes.map(section)].join('\n');
}

function section(route: Route): string {
  const parts = [`## ${route.method} ${route.path}\n\n${route.summary}.\n`];
  const example = examples[route.name];
  if (example !== undefined) parts.push(`\`\`\`sh\n${example}\n\`\`\`\n`);
  if (route.notes !== undefined) parts.push(`${route.notes}\n`);
  if (route.headers !== undefined) parts.push(fieldTable('header', rowsOf({ properties: route.headers }, '')));
  if (route.body !== undefined) parts.push(fieldTable('field', rowsOf(route.body, '')));
  if (route.query !== undefined) {
    parts.push(fieldTable('query', rowsOf({ properties: route.query }, '')));
  }
  parts.push(`| status | meaning |\n|---|---|\n${route.answers.map(({ status, meaning }) => `| ${status} | ${meaning} |`).join('\n')}\n`);
  const errors = errorsOf(route);
  if (errors.length > 0) parts.push(`Errors: ${errors.map((code) => `[\`${code}\`](errors.md#${code})`).join(', ')}.\n`);
  return parts.join('\n');
}

function fieldTable(title: string, rows: readonly string[]): string {
  return `| ${title} | type | meaning |\n|---|---|---|\n${rows.join('\n')}\n`;
}

function rowsOf(schema: FieldSchema, prefix: string): string[] {
  return Object.entries(schema.properties ?? {}).flatMap(([name, field]) => {
    const path = `${prefix}${name}`;
    const required = schema.required?.includes(name) === true ? ' (required)' : '';
    const row = `| \`${path}\`${required} | ${typeOf(field)} | ${field.description ?? ''} |`;
    if (field.items?.properties !== undefined) return [row, ...rowsOf(field.items, `${path}[].`)];
    return [row, ...rowsOf(field, `${path}.`)];
  });
}

function typeOf(field: FieldSchema): string {
  if (field.enum !== undefined) return field.enum.map((value) => `\`${String(value)}\``).join(' or ');
  return [field.type ?? 'any'].flat().join(' or ');
}
