/** The mistakes that `npm run sim:mutants` plants: each still has a place in the sources. */
import { readFileSync } from 'node:fs';
import { mutants } from './mutants/registry.mjs';

it.each(mutants.map((mutant) => [mutant.name, mutant] as const))(
  'a mistake that %s fits one place',
  (_name, { file, original, mutated }) => {
    expect(readFileSync(file, 'utf8').split(original)).toHaveLength(2);
    expect(mutated).not.toBe(original);
  },
);

it('there are as many as their names', () => {
  expect(new Set(mutants.map(({ name }) => name)).size).toBe(mutants.length);
  expect(mutants.length).toBeGreaterThan(100);
});
