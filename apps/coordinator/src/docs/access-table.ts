/** Who may call what, as a table of `docs/security.md`: made from the routes, so that the page cannot say anything else than the guard does. */
import { type RouteAccess, roles } from '../access/index.js';
import { routes } from '../api/index.js';

const BEGINS = '<!-- routes: made by apps/coordinator/src/docs -->\n';
const ENDS = '<!-- end of routes -->\n';

/** The page with the table in its place. Throws when it has no place for it. */
export function withAccessTable(page: string): string {
  const from = page.indexOf(BEGINS);
  const to = page.indexOf(ENDS);
  if (from === -1 || to < from) throw new Error('docs/security.md has no place for the table of routes');
  return page.slice(0, from + BEGINS.length) + accessTable() + page.slice(to);
}

function accessTable(): string {
  const rows = routes.map(
    ({ method, path, access }) => `| \`${method} ${path}\` | ${roles.map((role) => mark(access, role)).join(' | ')} |`,
  );
  return ['', `| route | ${roles.join(' | ')} |`, `|---|${roles.map(() => ':-:|').join('')}`, ...rows, '', ''].join('\n');
}

function mark(access: RouteAccess, role: (typeof roles)[number]): string {
  if (access === 'public') return 'anybody';
  if (!access.includes(role)) return '';
  return role === 'service' ? 'own' : 'yes';
}
