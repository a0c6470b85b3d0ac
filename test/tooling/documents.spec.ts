/** The documents as a reader follows them: every link to a file of the repository leads somewhere, every heading that is linked to is there. */
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { dirname, join, normalize } from 'node:path';

interface Link {
  readonly from: string;
  readonly to: string;
}

const documents = ['README.md', 'CHANGELOG.md', 'CONTRIBUTING.md', ...markdownIn('docs'), ...markdownIn('deploy')];

function markdownIn(folder: string): readonly string[] {
  const files = readdirSync(folder, { recursive: true, encoding: 'utf8' });
  return files.filter((file) => file.endsWith('.md')).map((file) => join(folder, file));
}

function linksOf(from: string): readonly Link[] {
  const text = readFileSync(from, 'utf8').replace(/```[\s\S]*?```/g, '');
  return [...text.matchAll(/\]\(([^)\s]+)\)/g)].map(([, to = '']) => ({ from, to })).filter(({ to }) => !/^[a-z]+:/.test(to));
}

/** Anchors that are written out, and those that GitHub gives headings. */
function anchorsOf(file: string): readonly string[] {
  const text = readFileSync(file, 'utf8');
  const written = [...text.matchAll(/<a (?:id|name)="([^"]+)"/g)].map(([, anchor = '']) => anchor);
  const headings = [...text.matchAll(/^#+ (.+)$/gm)].map(([, heading = '']) =>
    heading
      .toLowerCase()
      .replace(/[^\p{L}\p{N} _-]/gu, '')
      .replaceAll(' ', '-'),
  );
  return [...written, ...headings];
}

describe('the documents', () => {
  it.each(documents.flatMap(linksOf))('$from links to $to, which is there', ({ from, to }) => {
    const [path = '', anchor] = to.split('#');
    const target = path === '' ? from : normalize(join(dirname(from), path));
    expect(existsSync(target)).toBe(true);
    if (anchor !== undefined) expect(anchorsOf(target)).toContain(anchor);
  });
});
