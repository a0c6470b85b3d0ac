/** Every order of events for two and three branches, over memory and durable image. See `explore.ts`. */
import { imageOf, load, planFor, step } from '@assent/protocol';
import { type Exploration, explore } from './explore.js';
import { mutants } from './mutants.js';
import { scenarios } from './scenarios.js';
import type { Machine } from './world.js';

const machine: Machine = { step, planFor, imageOf, load };
const counts: string[] = [];

function storyOf({ broken, stuck }: Exploration): string {
  return [...broken, ...stuck.map((story) => `no end can be reached from here:\n${story}`)].join('\n\n');
}

describe('every order of events', () => {
  afterAll(() => {
    console.info(counts.join('\n'));
  });

  for (const scenario of scenarios) {
    it(`keeps the promises and can always end: ${scenario.name}`, () => {
      const found = explore(machine, scenario);
      counts.push(`${scenario.name}: ${found.worlds} worlds, ${found.moves} moves, ${found.ends} ends`);
      expect(storyOf(found)).toBe('');
      expect(found.ends).toBeGreaterThan(0);
    }, 120_000);
  }
});

describe('the exploration has teeth: it catches a machine in which', () => {
  for (const mutant of mutants) {
    it(mutant.breaks, () => {
      const scenario = scenarios.find(({ name }) => name === mutant.scenario)!;
      expect(storyOf(explore(mutant.machine, scenario))).not.toBe('');
    }, 60_000);
  }
});
