/** Plants one violation per rule of the house into a copy of the rooms and asks the linter of this repository about all of them at once. */
import { execFileSync } from 'node:child_process';
import { cpSync, mkdirSync, mkdtempSync, realpathSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join, relative } from 'node:path';

const repository = process.cwd();

interface Planted {
  readonly says: string;
  readonly file: string;
  readonly code: string;
  /** The rule that must speak, or `null` when nothing may be said. */
  readonly rule: string | null;
}

const direction = 'assent/direction';
const globals = 'no-restricted-globals';
const syntax = 'no-restricted-syntax';

const forbiddenImports: readonly (readonly [file: string, from: string])[] = [
  ['libs/protocol/src/a.ts', '@assent/engine'],
  ['libs/protocol/src/b.ts', 'node:crypto'],
  ['libs/protocol/src/c.ts', 'uuid'],
  ['libs/protocol/src/d.ts', '../../engine/src/index.js'],
  ['libs/engine/src/a.ts', '@assent/store'],
  ['libs/engine/src/b.ts', '@assent/transport'],
  ['libs/engine/src/c.ts', 'node:fs'],
  ['libs/engine/src/d.ts', 'fs/promises'],
  ['libs/engine/src/e.ts', '@nestjs/common'],
  ['libs/store/src/a.ts', '@assent/transport'],
  ['libs/store/src/b.ts', '@assent/observability'],
  ['libs/transport/src/a.ts', '@assent/store'],
  ['libs/observability/src/a.ts', '@assent/participant'],
  ['libs/sqlite/src/a.ts', '@assent/store'],
  ['libs/participant/src/a.ts', '@assent/engine'],
  ['libs/participant/src/b.ts', '@assent/client'],
  ['libs/client/src/a.ts', '@assent/participant'],
  ['libs/client/src/b.ts', '@assent/engine'],
  ['libs/client/src/c.ts', '@assent/protocol/src/model/ids.js'],
  ['libs/client/src/d.ts', '../../protocol/src/index.js'],
  ['apps/order/src/a.ts', '@assent/engine'],
  ['apps/order/src/b.ts', '../../payment/src/main.js'],
  ['apps/coordinator/src/a.ts', '@assent/participant'],
  ['apps/coordinator/src/b.ts', '@assent/store/src/mysql.js'],
  ['apps/demo/src/a.ts', '@assent/store'],
];

const allowedImports: readonly (readonly [file: string, from: string])[] = [
  ['libs/engine/src/ok-a.ts', '@assent/protocol'],
  ['libs/engine/src/ok-b.ts', 'tinyqueue'],
  ['libs/store/src/ok-a.ts', '@assent/engine'],
  ['libs/store/src/ok-b.ts', '@assent/sqlite'],
  ['libs/participant/src/ok-a.ts', '@assent/sqlite'],
  ['libs/client/src/ok-a.ts', 'undici'],
  ['libs/testing/src/ok-a.ts', '@assent/store'],
  ['apps/coordinator/src/ok-a.ts', '@assent/transport'],
  ['apps/inventory/src/ok-a.ts', '@assent/participant'],
  ['libs/engine/src/ok-a.spec.ts', '@assent/store'],
  ['libs/engine/test/ok-a.ts', '@assent/store'],
  ['libs/store/src/door/ok-inside.ts', './behind.js'],
  ['libs/store/src/ok-door.ts', './door/index.js'],
];

const impurities: readonly (readonly [code: string, rule: string])[] = [
  ['export const now = () => Date.now();', globals],
  ['export const today = () => new Date();', globals],
  ['export const chance = () => Math.random();', 'no-restricted-properties'],
  ['export const chance = () => { const { random } = Math; return random; };', 'no-restricted-properties'],
  ['export const later = () => setTimeout(() => undefined, 1);', globals],
  ['export const where = () => process.cwd();', globals],
  ['export const say = () => console.log(1);', globals],
  ['export const around = () => globalThis;', globals],
];

const protocolImpurities: readonly (readonly [code: string, rule: string])[] = [
  ['export const bytes = () => Buffer.alloc(1);', globals],
  ['export const promised = () => Promise.resolve(1);', globals],
  ['export type Later = () => Promise<number>;', syntax],
  ['export type When = Date;', syntax],
  ['export const later = async () => 1;', syntax],
];

const habits: readonly (readonly [name: string, code: string, rule: string])[] = [
  [
    'a promise nobody waits for',
    'const work = async () => 1;\nexport const run = () => { work(); };',
    '@typescript-eslint/no-floating-promises',
  ],
  [
    'a promise where a boolean is meant',
    'const w = async () => true;\nexport const n = () => (w() ? 1 : 2);',
    '@typescript-eslint/no-misused-promises',
  ],
  ['any', 'export const x: any = 1;', '@typescript-eslint/no-explicit-any'],
  [
    'a forgotten case',
    "export const f = (k: 'a' | 'b') => { switch (k) { case 'a': return 1; } return 0; };",
    '@typescript-eslint/switch-exhaustiveness-check',
  ],
  ['a default export', 'export default 1;', syntax],
  ['a file that is too long', `export const n = [\n${'  1,\n'.repeat(400)}];`, 'max-lines'],
  ['a function that is too long', `export const f = () => [\n${'  1,\n'.repeat(60)}];`, 'max-lines-per-function'],
  ['a rule switched off in place', '/* eslint-disable */\nexport default 1;', syntax],
];

const planted: readonly Planted[] = [
  ...forbiddenImports.map(([file, from]) => ({
    says: `${file} may not import ${from}`,
    file,
    code: `export * from '${from}';`,
    rule: direction,
  })),
  ...allowedImports.map(([file, from]) => ({ says: `${file} may import ${from}`, file, code: `export * from '${from}';`, rule: null })),
  ...[
    'import type { A } from',
    'export { a } from',
    "export type T = typeof import('FROM');",
    "export const a = () => import('FROM');",
  ].map((form, n) => ({
    says: `the form \`${form}\` is no way around the direction`,
    file: `libs/client/src/form-${n}.ts`,
    code: form.includes('FROM') ? form.replace('FROM', '@assent/engine') : `${form} '@assent/engine';`,
    rule: direction,
  })),
  {
    says: 'a neighbour may not reach past a door',
    file: 'libs/store/src/past.ts',
    code: "export * from './door/behind.js';",
    rule: direction,
  },
  ...impurities.flatMap(([code, rule], n) =>
    ['protocol', 'engine'].map((library) => ({
      says: `${library} is pure: ${code}`,
      file: `libs/${library}/src/impure-${n}.ts`,
      code,
      rule,
    })),
  ),
  ...protocolImpurities.map(([code, rule], n) => ({
    says: `protocol is pure: ${code}`,
    file: `libs/protocol/src/pure-${n}.ts`,
    code,
    rule,
  })),
  ...habits.map(([name, code, rule], n) => ({ says: `it finds ${name}`, file: `libs/transport/src/habit-${n}.ts`, code, rule })),
];

describe('the linter', () => {
  let copy: string;
  let found: ReadonlyMap<string, readonly string[]>;

  beforeAll(() => {
    copy = realpathSync(mkdtempSync(join(tmpdir(), 'assent-lint-')));
    for (const part of ['eslint.config.mjs', 'scripts/lint', 'tsconfig.json', 'package.json']) {
      cpSync(join(repository, part), join(copy, part), { recursive: true });
    }
    symlinkSync(join(repository, 'node_modules'), join(copy, 'node_modules'));
    for (const { file, code } of planted) write(file, code);
    for (const file of ['libs/store/src/door/index.ts', 'libs/store/src/door/behind.ts']) write(file, 'export const a = 1;');
    found = lint(copy);
  });
  afterAll(() => rmSync(copy, { recursive: true, force: true }));

  const write = (file: string, code: string) => {
    mkdirSync(dirname(join(copy, file)), { recursive: true });
    writeFileSync(join(copy, file), `${code}\n`);
  };

  it.each(planted)('$says', ({ file, rule }) => {
    const rules = found.get(file) ?? ['was not looked at'];
    if (rule === null) expect(rules).toEqual([]);
    else expect(rules).toContain(rule);
  });
});

/** File -> rules that spoke. */
function lint(folder: string): ReadonlyMap<string, readonly string[]> {
  const eslint = join(repository, 'node_modules/eslint/bin/eslint.js');
  let report: string;
  try {
    report = execFileSync(process.execPath, [eslint, '--format', 'json', '.'], {
      cwd: folder,
      encoding: 'utf8',
      stdio: ['ignore', 'pipe', 'ignore'],
    });
  } catch (failed) {
    report = (failed as { stdout: string }).stdout;
  }
  const files = JSON.parse(report) as { filePath: string; messages: { ruleId: string | null; message: string }[] }[];
  return new Map(files.map((file) => [relative(folder, file.filePath), file.messages.map((found) => found.ruleId ?? found.message)]));
}
