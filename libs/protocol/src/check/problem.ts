/** How the checks speak: a code of the catalogue, a sentence that helps, and where in the request it is. */
import type { DefinitionProblem } from '../api.js';

export function problem(code: string, pointer: string, detail: string): DefinitionProblem {
  return { code, detail, pointer };
}

export function atBranch(index: number, code: string, detail: string): DefinitionProblem {
  return problem(code, `/branches/${index}`, detail);
}
