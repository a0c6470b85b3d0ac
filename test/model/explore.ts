/**
 * Visits every reachable world of a scenario, breadth first, judges each, and afterwards asks of each whether a system that heals can still
 * bring it to an end (backwards from the ends).
 */
import {
  begin,
  contradictoryEffects,
  effectsTwice,
  forgotten,
  isFinal,
  mixedEffects,
  type Transaction,
  type Violation,
  wrongDelivery,
} from '@assent/protocol';
import { Keys } from './key.js';
import { AFTER_WAITS_MS, Moves } from './moves.js';
import { Reloads } from './reloads.js';
import { observe, untouched } from './site.js';
import type { Machine, Move, Scenario, World } from './world.js';

/** More worlds than any scenario has; a key that lets message numbers through would otherwise never end. */
const MAX_WORLDS = 300_000;

export interface Exploration {
  readonly worlds: number;
  readonly moves: number;
  readonly ends: number;
  /** Stories of broken promises, each the shortest of its kind; at most `STORIES`. */
  readonly broken: readonly string[];
  /** Stories of worlds from which no end can be reached. */
  readonly stuck: readonly string[];
}

const STORIES = 3;

export function explore(machine: Machine, scenario: Scenario): Exploration {
  return new Explorer(machine, scenario).run();
}

class Explorer {
  readonly #ids = new Map<string, number>();
  readonly #from: number[] = [];
  readonly #by: string[] = [];
  /** Healing moves as pairs (to, from). */
  readonly #healing: [number, number][] = [];
  readonly #ends: number[] = [];
  readonly #broken: string[] = [];
  readonly #frontier: (World | null)[] = [];
  readonly #keys: Keys;
  readonly #moves: Moves;
  #moveCount = 0;

  constructor(
    private readonly machine: Machine,
    private readonly scenario: Scenario,
  ) {
    const reloads = new Reloads(machine, scenario);
    this.#keys = new Keys(reloads, Number.isFinite(scenario.policy.forwardAttempts) ? 'run out' : 'never run out');
    this.#moves = new Moves(machine, scenario, reloads);
  }

  run(): Exploration {
    const { definition, policy } = this.scenario;
    const memory = begin({ gid: 'g', name: 'model', businessKey: null, createdBy: 'model', createdAtMs: 0 }, definition, policy);
    const sites = definition.branches.map(() => untouched);
    this.#reach({ memory, durable: null, flushing: null, sites, stray: 0, registered: 0, local: 'open' }, 0, 'begin');
    for (let id = 0; id < this.#frontier.length && this.#broken.length < STORIES; id += 1) {
      if (id > MAX_WORLDS) throw new Error(`${this.scenario.name} has more than ${MAX_WORLDS} worlds`);
      const world = this.#frontier[id]!;
      for (const move of this.#moves.from(world)) this.#follow(id, move);
      // A visited world is not needed any more; a scenario has hundreds of thousands.
      this.#frontier[id] = null;
    }
    const counts = { worlds: this.#ids.size, moves: this.#moveCount, ends: this.#ends.length };
    return { ...counts, broken: this.#broken, stuck: this.#broken.length > 0 ? [] : this.#stuck() };
  }

  #follow(from: number, move: Move): void {
    this.#moveCount += 1;
    const to = this.#reach(move.to, from, move.name);
    if (move.heals && to !== from) this.#healing.push([to, from]);
    if (move.broken.length > 0) this.#report(move.broken, to);
  }

  #reach(world: World, from: number, by: string): number {
    const key = this.#keys.of(world);
    const known = this.#ids.get(key);
    if (known !== undefined) return known;
    const id = this.#ids.size;
    this.#ids.set(key, id);
    this.#from.push(from);
    this.#by.push(by);
    this.#frontier.push(world);
    const broken = this.#judge(world);
    if (broken.length > 0) this.#report(broken, id);
    if (isEnd(world)) this.#ends.push(id);
    return id;
  }

  #judge(world: World): readonly string[] {
    const { memory, durable, sites, local } = world;
    const observations = sites.map((site, index) => observe(memory.definition.branches[index]!.id, site));
    const { waitsFor, wakeAtMs, idle, flush } = this.machine.planFor(memory, durable, AFTER_WAITS_MS);
    const violations: Violation[] = [...effectsTwice(observations), ...contradictoryEffects(observations)];
    if (durable !== null) violations.push(...mixedEffects(durable, observations));
    if (durable !== null && this.scenario.definition.pattern === 'message' && local !== 'open') {
      violations.push(...wrongDelivery(durable, local, observations));
    }
    if (flush === 'no') violations.push(...forgotten(memory, waitsFor, wakeAtMs, idle));
    const late = this.#lateReplies(memory);
    return [...violations.map(({ invariant, branch, says }) => `${invariant}: ${branch}: ${says}`), ...late];
  }

  /** In every state a reply that is no longer awaited changes nothing. */
  #lateReplies(memory: Transaction): readonly string[] {
    return memory.branches.flatMap(({ id, forward }) => {
      const attempt = forward.flight === null ? forward.calls : forward.calls - 1;
      if (attempt < 1) return [];
      const refusal = { code: 'LATE', message: '' };
      const outcome = { kind: 'rejected' as const, refusal };
      const op = { saga: 'action', tcc: 'try', xa: 'prepare', message: 'deliver', lra: 'complete' } as const;
      const event = { kind: 'replied' as const, branch: id, op: op[memory.definition.pattern], attempt, outcome, atMs: 1_000, random: 0 };
      const { tx, answer } = this.machine.step(memory, event);
      return tx === memory && answer.kind === 'ignored' ? [] : [`a late reply of ${id} changed something`];
    });
  }

  #report(broken: readonly string[], id: number): void {
    if (this.#broken.length < STORIES) this.#broken.push(`${broken.join('; ')}\n${this.#storyOf(id)}`);
  }

  /** The shortest way to a world, one move per line. */
  #storyOf(id: number): string {
    const lines: string[] = [];
    for (let at = id; at !== 0; at = this.#from[at]!) lines.unshift(`  ${this.#by[at]}`);
    return lines.join('\n');
  }

  #stuck(): readonly string[] {
    const reached = new Uint8Array(this.#ids.size);
    const before: number[][] = [];
    for (const [to, from] of this.#healing) {
      before[to] ??= [];
      before[to].push(from);
    }
    const open = [...this.#ends];
    for (const id of open) reached[id] = 1;
    for (let id = open.pop(); id !== undefined; id = open.pop()) {
      for (const from of before[id] ?? []) {
        if (reached[from] === 1) continue;
        reached[from] = 1;
        open.push(from);
      }
    }
    const stuck = [...reached.keys()].filter((id) => reached[id] === 0);
    return stuck.slice(0, STORIES).map((id) => this.#storyOf(id));
  }
}

/** Durably final, or visibly waiting for a person. */
function isEnd({ durable }: World): boolean {
  if (durable === null) return false;
  const parked = durable.branches.some(({ forward, end }) => forward.state.kind === 'parked' || end.state.kind === 'parked');
  return isFinal(durable.status) || parked;
}
