/** The order among branches: `after` names known branches, without a circle, and nothing runs beside a pivot. */
import type { DefinitionProblem } from '../api.js';
import type { Definition } from '../model/definition.js';
import type { Graph } from '../model/graph.js';
import { atBranch } from './problem.js';

export function checkOrder(definition: Definition, graph: Graph, problems: DefinitionProblem[]): void {
  const { branches } = definition;
  branches.forEach((branch, index) => {
    for (const id of branch.after) {
      if (graph.indexOf.has(id)) continue;
      problems.push(atBranch(index, 'after_unknown', `Branch "${branch.id}" comes after "${id}", but no branch has that id.`));
    }
  });
  if (graph.order.length < branches.length) problems.push(circle(definition, graph));
  else if (graph.pivot >= 0) problems.push(...checkPivot(definition, graph));
}

function circle({ branches }: Definition, graph: Graph): DefinitionProblem {
  const placed = new Set(graph.order);
  const inside = branches.flatMap((branch, index) => (placed.has(index) ? [] : [{ id: branch.id, index }]));
  const names = inside.map(({ id }) => `"${id}"`).join(', ');
  return atBranch(inside[0]!.index, 'cycle', `Each of ${names} waits for another of them. Remove one "after" of the circle.`);
}

function checkPivot({ branches }: Definition, graph: Graph): readonly DefinitionProblem[] {
  const pivots = branches.flatMap((branch, index) => (branch.pivot ? [{ id: branch.id, index }] : []));
  const [first, second] = pivots;
  if (first === undefined) return [];
  if (second !== undefined) {
    const detail = `Steps "${first.id}" and "${second.id}" are both pivots. Only one step may be what cannot be undone; make the later one an ordinary step.`;
    return [atBranch(second.index, 'pivot_twice', detail)];
  }
  const ancestors = ancestorsOf(first.index, graph);
  return branches.flatMap(({ id }, index) => {
    if (index === first.index || graph.behindPivot[index] || ancestors.has(index)) return [];
    const detail = `Step "${first.id}" is a pivot, but "${id}" neither precedes nor follows it. Add after: ["${first.id}"] to "${id}".`;
    return [atBranch(index, 'pivot_not_alone', detail)];
  });
}

function ancestorsOf(start: number, graph: Graph): ReadonlySet<number> {
  const found = new Set<number>();
  const open = [...graph.after[start]!];
  for (let index = open.pop(); index !== undefined; index = open.pop()) {
    if (found.has(index)) continue;
    found.add(index);
    open.push(...graph.after[index]!);
  }
  return found;
}
