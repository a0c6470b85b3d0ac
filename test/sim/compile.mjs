/**
 * Compiles what a simulation needs, in a second and without a check of types (that is `npm run typecheck`), into a folder of its own below `dist`.
 * A mutation replaces one text of one source file on the way: the sources themselves are never touched.
 */
import { mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { dirname, join, relative } from 'node:path';
import { fileURLToPath } from 'node:url';
import { transformSync } from '@swc/core';

export const root = fileURLToPath(new URL('../..', import.meta.url));

const folders = ['protocol', 'engine', 'sqlite', 'store', 'nats', 'context', 'participant', 'testing'].map((name) => `libs/${name}/src`);
/** All of an app that a simulation needs: a judgement without dependencies. */
const sealing = 'apps/coordinator/src/api/actions/sealing.ts';
const options = {
  jsc: {
    parser: { syntax: 'typescript', decorators: true },
    transform: { legacyDecorator: true, decoratorMetadata: true, useDefineForClassFields: false },
    target: 'es2023',
    keepClassNames: true,
  },
  module: { type: 'es6' },
  sourceMaps: 'inline',
  swcrc: false,
};
/** Every source file as it was when this process began: a long run of mutants is about one program, whoever edits it meanwhile. */
export const sources = new Map(
  [...[...folders, 'test/sim'].flatMap(sourcesBelow), sealing].map((file) => [file, readFileSync(join(root, file), 'utf8')]),
);
/** Compiled files by their path: a tree with one mutation is the same but for one file. */
const compiled = new Map();

/**
 * Writes the compiled tree to a folder of this process below `dist`, and answers it; whoever has loaded it removes it. @param mutant `{ file, original, mutated }` or nothing.
 * @throws Error when the original text is not there exactly once.
 */
export function compileTree(name, mutant = null) {
  const out = join(root, 'dist', `${name}-${process.pid}`);
  rmSync(out, { recursive: true, force: true });
  for (const [file, source] of sources) {
    const code = mutant?.file === file ? compile(file, mutate(source, mutant)) : compileOnce(file, source);
    const target = join(out, file.replace(/\.ts$/, '.js'));
    mkdirSync(dirname(target), { recursive: true });
    writeFileSync(target, code);
  }
  return out;
}

function mutate(source, { file, original, mutated }) {
  const parts = source.split(original);
  if (parts.length !== 2) throw new Error(`${file} holds this text ${parts.length - 1} times instead of once: ${original}`);
  return parts.join(mutated);
}

function compileOnce(file, source) {
  if (!compiled.has(file)) compiled.set(file, compile(file, source));
  return compiled.get(file);
}

function compile(file, source) {
  const { code } = transformSync(source, { ...options, filename: file, sourceFileName: join(root, file) });
  // Libraries are imported by name; in the tree they lie beside each other.
  return code.replace(/(from |import\()(['"])@assent\/([a-z]+)\2/g, (_, before, quote, library) => {
    const path = relative(dirname(file), `libs/${library}/src/index.js`);
    return `${before}${quote}${path.startsWith('.') ? path : `./${path}`}${quote}`;
  });
}

function sourcesBelow(folder) {
  return readdirSync(join(root, folder), { recursive: true })
    .filter((path) => path.endsWith('.ts') && !path.endsWith('.spec.ts'))
    .map((path) => `${folder}/${path}`);
}
