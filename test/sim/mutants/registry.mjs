/**
 * Mistakes that we could make, each in one line: a file, a text that stands in it exactly once, and what stands there instead. The simulator must
 * find each of them, or, for SQL that it does not run, the named suite. Whoever changes such a line moves the mistake along.
 */
import { barrierMutants } from './barrier.mjs';
import { byHandMutants } from './by-hand.mjs';
import { dispatchMutants } from './dispatch.mjs';
import { engineMutants } from './engine.mjs';
import { machineMutants } from './machine.mjs';
import { storeMutants } from './store.mjs';

/**
 * @typedef {object} Mutant
 * @property {string} name what the mistaken program does
 * @property {string} file
 * @property {string} original
 * @property {string} mutated
 * @property {string} [suite] the Jest suite that must fail; without it the simulator must find it
 */

/** @type {readonly Mutant[]} */
export const mutants = [...machineMutants, ...engineMutants, ...dispatchMutants, ...barrierMutants, ...storeMutants, ...byHandMutants];
