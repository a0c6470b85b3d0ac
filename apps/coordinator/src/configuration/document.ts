/** `docs/configuration.md`, written from the schema, so that the page cannot say anything else than the code. */
import { variables } from './variables.js';

/** The whole page as Markdown. */
export function configurationDocument(): string {
  const rows = Object.entries(variables.shape).map(([name, schema]) => {
    const meta = schema.meta();
    return `| \`${name}\` | ${shownDefault('defaultValue' in schema.def ? schema.def.defaultValue : undefined, meta?.shownDefault)} | ${meta?.description ?? ''} |`;
  });
  return `${introduction}
| variable | default | meaning |
|---|---|---|
${rows.join('\n')}
`;
}

function shownDefault(value: unknown, shown: unknown): string {
  return typeof shown === 'string' ? shown : `\`${String(value)}\``;
}

const introduction = `# Configuration of the coordinator

The coordinator reads these environment variables once, when it starts. An empty value counts as not set. If anything is wrong, it does not
start, and prints every problem at once. This page is generated from \`apps/coordinator/src/configuration/variables.ts\`; a test compares them
(\`UPDATE_DOCS=1 npx jest apps/coordinator/src/configuration\` writes it anew).
`;
