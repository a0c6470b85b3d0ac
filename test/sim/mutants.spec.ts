/** The mistakes that `npm run sim:mutants` plants: each still has a place in the sources. */
import { readFileSync } from 'node:fs';
import { mutants } from './mutants/registry.mjs';

interface Mutant {
  readonly name: string;
  readonly file: string;
  readonly original: string;
  readonly mutated: string;
}

const planted = mutants as readonly Mutant[];

it.each(planted.map((mutant) => [mutant.name, mutant] as const))(
  'a mistake that %s fits one place',
  (_name, { file, original, mutated }) => {
    expect(readFileSync(file, 'utf8').split(original)).toHaveLength(2);
    expect(mutated).not.toBe(original);
  },
);

it('there are as many as their names', () => {
  expect(new Set(planted.map(({ name }) => name)).size).toBe(planted.length);
  expect(planted.length).toBeGreaterThan(100);
});
