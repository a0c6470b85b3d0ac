/** `docs/errors.md`, written from the catalogue, so that the page cannot say anything else than the code. */
import { accessErrors } from './access-errors.js';
import { actionErrors } from './action-errors.js';
import { commandErrors } from './command-errors.js';
import { definitionErrors } from './definition-errors.js';
import type { ErrorEntry } from './entry.js';
import { registryErrors } from './registry-errors.js';
import { requestErrors } from './request-errors.js';
import { serviceErrors } from './service-errors.js';
import { workErrors } from './work-errors.js';

/** The whole page as Markdown. */
export function errorDocument(): string {
  return [
    introduction,
    section('Requests that cannot be read', requestErrors),
    section('Who may', accessErrors),
    section('Transactions and branches that make no sense (nothing was stored)', definitionErrors),
    section('Commands at the wrong time', commandErrors),
    section('Actions of people who look after transactions', actionErrors),
    section('Policies, jobs, and what is kept', workErrors),
    section('Announcements of services', registryErrors),
    section('Not now', serviceErrors),
  ].join('\n');
}

function section(title: string, entries: Readonly<Record<string, ErrorEntry>>): string {
  const rows = Object.entries(entries).map(
    ([code, entry]) => `| <a id="${code}"></a>\`${code}\` | ${entry.status} | ${entry.title} | ${entry.help} |`,
  );
  return `## ${title}\n\n| code | status | what happened | what to do |\n|---|---|---|---|\n${rows.join('\n')}\n`;
}

const introduction = `# Errors

Every error answer is \`application/problem+json\` (RFC 9457):

\`\`\`json
{ "type": "https://assent.dev/errors/pivot_not_alone", "title": "A pivot may not run beside another step", "status": 422, "code": "pivot_not_alone",
  "detail": "Step \\"ship\\" is a pivot, but \\"points\\" neither precedes nor follows it. Add after: [\\"ship\\"] to \\"points\\".", "pointer": "/branches/3" }
\`\`\`

\`code\` is stable; \`title\` and \`detail\` may get better. \`pointer\` is a JSON pointer into the request body. \`problems\` lists everything that is wrong
with a transaction when it is more than one thing. \`gid\` is there when one is known, \`transaction\` shows the outcome when a command came too late.
\`Retry-After\` comes with every 429 and 503. Codes of participants (such as \`OUT_OF_STOCK\`) are theirs, and appear inside transactions only.

This page is generated from \`apps/coordinator/src/errors\`; a test compares them (\`UPDATE_DOCS=1 npx jest apps/coordinator/src/errors\` writes it anew).
`;
