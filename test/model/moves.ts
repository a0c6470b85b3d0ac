/** Everything that may happen next in a world. Each list is one actor: the driver, the network, the branches, the initiator, trouble. */
import {
  type Invoke,
  initiatorBranch,
  leftTooEarly,
  type Op,
  type Outcome,
  type ProtocolEvent,
  patterns,
  rolledBackOutsideHorizon,
  rolledBackTooEarly,
  type Transaction,
  takenBack,
  type Violation,
} from '@assent/protocol';
import { Reloads } from './reloads.js';
import { arriveCommit, arriveForward, arriveRollback, observe, type Site, untouched, type Visit, type Work, wouldUndo } from './site.js';
import { type Machine, type Move, type Phase, type Scenario, strayBit, type World } from './world.js';

/** When everything happens that takes no time. */
const NOW_MS = 1_000;
/** After every wait, and before the deadline: a wait is over as soon as it has begun. */
export const AFTER_WAITS_MS = 2_000;

export class Moves {
  readonly #deadlineMs: number;

  constructor(
    private readonly machine: Machine,
    private readonly scenario: Scenario,
    private readonly reloads: Reloads,
  ) {
    this.#deadlineMs = scenario.policy.deadlineMs ?? NOW_MS;
  }

  from(world: World): readonly Move[] {
    return [
      ...this.#driver(world),
      ...this.#network(world),
      ...this.#strays(world),
      ...this.#branches(world),
      ...this.#initiator(world),
      ...this.#trouble(world),
    ];
  }

  /**
   * Flushes land, calls leave. Unless a scenario says `slow flush`, a flush lands the moment it starts. Nothing is missed by that: a state that has a
   * flush in the air may do what it may do without one, and its landing leads to the same pair of memory and durable image as a flush that landed at
   * once and was followed by the same moves.
   */
  #driver(world: World): Move[] {
    const { memory, durable, flushing } = world;
    const plan = this.machine.planFor(memory, durable, AFTER_WAITS_MS);
    const moves: Move[] = plan.invokes.map((call) => this.#send(world, call));
    const isOwed = plan.flush === 'now' || (plan.flush === 'lazily' && this.scenario.allows.includes('lazy flush'));
    const flushed = flushing ?? (this.scenario.allows.includes('slow flush') ? null : memory);
    if (flushed === null) {
      if (isOwed) moves.push(fair(`a flush starts (${plan.flush})`, { ...world, flushing: memory }));
    } else if (flushing !== null || isOwed) {
      const broken = durable === null ? [] : says(takenBack(durable, flushed));
      moves.push({ ...fair('a flush lands', this.#withDurable(world, flushed)), broken });
    }
    return moves;
  }

  #send(world: World, call: Invoke): Move {
    const { memory, durable } = world;
    const { branch, op, attempt } = call;
    const index = memory.graph.indexOf.get(branch);
    const rollback = index !== undefined && this.#phaseOf(memory, op) === 2;
    const broken = [...leftTooEarly(call, memory, durable), ...(rollback ? rolledBackOutsideHorizon(durable, index) : [])];
    const stray = index === undefined ? world.stray : world.stray | strayBit(index, this.#phaseOf(memory, op));
    const to = this.#step({ ...world, stray }, { kind: 'sent', branch, op, attempt, atMs: NOW_MS });
    return { ...fair(`${op} ${branch} leaves`, to), broken: says(broken) };
  }

  /** A registration that became durable lets a service that runs its own work begin. */
  #withDurable(world: World, flushed: Transaction): World {
    let { stray } = world;
    flushed.definition.branches.forEach((branch, index) => {
      if (branch.run === 'self') stray |= strayBit(index, 0);
    });
    return { ...world, durable: flushed, flushing: null, stray };
  }

  /** Calls in the air arrive and are answered, or are given up and may arrive later. */
  #network(world: World): Move[] {
    const { check } = world.memory;
    const asked = check === null || check.flight === null ? [] : this.#answerCheck(world, check.calls);
    const calls = world.memory.branches.flatMap((branch, index) =>
      (['forward', 'end'] as const).flatMap((which) => {
        const leg = branch[which];
        if (leg.flight === null) return [];
        const op = this.#opOf(world.memory, index, which);
        const phase = this.#phaseOf(world.memory, op);
        const gaveUp = this.#reply(world, branch.id, op, leg.calls, { kind: 'unknown', code: 'timeout', message: '' });
        const unsent = leg.flight.sentBefore === 'no' ? { ...world, stray: world.stray & ~strayBit(index, phase) } : world;
        const never = { kind: 'withdrawn', branch: branch.id, op, attempt: leg.calls, atMs: NOW_MS } as const;
        const mayNotHaveLeft = leg.flight.sentBefore !== 'no' || phase !== 0 || world.sites[index]!.forward === 'none';
        const withdrawal =
          this.scenario.allows.includes('withdrawal') && mayNotHaveLeft
            ? [trouble(`${op} ${branch.id} never leaves`, this.#step(unsent, never))]
            : [];
        const answers = this.#visits(world, index, phase).map(({ label, visit, broken }) => {
          const sites = world.sites.with(index, visit.site);
          const to = this.#reply({ ...world, sites }, branch.id, op, leg.calls, visit.outcome);
          return { ...fair(`${op} ${branch.id} is answered ${visit.outcome.kind} (${label})`, to), broken };
        });
        return [...answers, trouble(`${op} ${branch.id} times out`, gaveUp), ...withdrawal];
      }),
    );
    return [...asked, ...calls];
  }

  #answerCheck(world: World, attempt: number): Move[] {
    const op = patterns[this.scenario.definition.pattern].askOp!;
    const answers: Record<World['local'], Outcome> = {
      open: { kind: 'pending' },
      committed: { kind: 'succeeded' },
      'rolled-back': { kind: 'rejected', refusal: { code: 'ROLLED_BACK', message: '' } },
    };
    const lost: Outcome = { kind: 'unknown', code: 'timeout', message: '' };
    return [
      fair(`the initiator answers: ${world.local}`, this.#reply(world, initiatorBranch, op, attempt, answers[world.local])),
      trouble('the initiator does not answer', this.#reply(world, initiatorBranch, op, attempt, lost)),
    ];
  }

  /** What was sent may arrive at any time, once or often, whether anybody still hears the answer or not. */
  #strays(world: World): Move[] {
    return world.sites.flatMap((site, index) =>
      ([0, 1, 2] as const).flatMap((phase) => {
        if ((world.stray & strayBit(index, phase)) === 0) return [];
        return this.#visits(world, index, phase)
          .filter(({ visit }) => visit.site !== site)
          .map(({ label, visit, broken }) => ({
            ...fair(`a stray ${['forward', 'commit', 'rollback'][phase]} arrives at ${index} (${label})`, {
              ...world,
              sites: world.sites.with(index, visit.site),
            }),
            broken,
          }));
      }),
    );
  }

  #visits(world: World, index: number, phase: Phase): { label: string; visit: Visit; broken: readonly string[] }[] {
    const site = world.sites[index]!;
    if (phase === 0) {
      const works: readonly Work[] = site.forward === 'none' ? this.scenario.works : ['done'];
      return works.map((work) => ({ label: work, visit: kept(site, arriveForward(site, work)), broken: [] }));
    }
    const { graph, definition } = world.memory;
    if (phase === 1) {
      const needsForward = patterns[definition.pattern].forwardOp !== null && !graph.behindPivot[index];
      return [{ label: 'commit', visit: kept(site, arriveCommit(site, needsForward)), broken: [] }];
    }
    const observations = world.sites.map((each, at) => observe(definition.branches[at]!.id, each));
    const broken = wouldUndo(site) ? says(rolledBackTooEarly(world.memory, index, observations)) : [];
    return [{ label: 'rollback', visit: kept(site, arriveRollback(site)), broken }];
  }

  /** Work in progress ends. */
  #branches(world: World): Move[] {
    return world.sites.flatMap((site, index) => {
      if (site.forward !== 'working') return [];
      return (['done', 'refused'] as const).map((forward) =>
        fair(`the work of ${index} ends ${forward}`, { ...world, sites: world.sites.with(index, { ...site, forward }) }),
      );
    });
  }

  /** What an honest initiator does: register, submit what it saw succeed, tell the outcome of its own transaction. */
  #initiator(world: World): Move[] {
    const { definition, registrations } = this.scenario;
    if (definition.driver !== 'initiator') return [];
    const next = registrations[world.registered];
    const moves: Move[] = [];
    if (next !== undefined && world.memory.status === 'active') {
      const to = this.#step(world, { kind: 'registered', branch: next, atMs: NOW_MS });
      moves.push(fair(`${next.id} is registered`, { ...to, registered: world.registered + 1, sites: [...world.sites, untouched] }));
    }
    if (patterns[definition.pattern].asked === 'initiator') return [...moves, ...this.#localTransaction(world)];
    const sawAll = next === undefined && world.sites.every(({ forward }) => forward === 'done');
    if (sawAll) moves.push(fair('the initiator submits', this.#submit(world)));
    return [...moves, ...this.#reports(world)];
  }

  #localTransaction(world: World): Move[] {
    if (world.local === 'committed') return [fair('the initiator submits', this.#submit(world))];
    if (world.local === 'rolled-back') return [fair('the initiator aborts', this.#abort(world))];
    return [
      fair('the initiator commits', { ...world, local: 'committed' }),
      fair('the initiator rolls back', { ...world, local: 'rolled-back' }),
    ];
  }

  #reports(world: World): Move[] {
    return world.memory.definition.branches.flatMap(({ id, run }, index) => {
      const { forward } = world.sites[index]!;
      if (run !== 'self' || (forward !== 'done' && forward !== 'refused')) return [];
      const report = forward === 'done' ? 'succeeded' : 'rejected';
      return [fair(`${id} reports ${report}`, this.#step(world, { kind: 'reported', branch: id, report, atMs: NOW_MS }))];
    });
  }

  /** Crashes, deadlines, and people. */
  #trouble(world: World): Move[] {
    const { allows, definition } = this.scenario;
    const { memory, durable } = world;
    const moves: Move[] = [];
    if (durable !== null) moves.push(trouble('the node crashes', this.#crash(world, durable)));
    if (allows.includes('abort')) moves.push(trouble('somebody asks to abort', this.#abort(world)));
    if (allows.includes('deadline')) {
      const late = this.#step(world, { kind: 'woke', atMs: this.#deadlineMs });
      moves.push({ ...trouble('the deadline passes', late), heals: definition.driver === 'initiator' });
    }
    if (allows.includes('pause') && memory.paused === null) {
      moves.push(trouble('somebody pauses it', this.#step(world, { kind: 'paused', by: 'ada', atMs: NOW_MS })));
    }
    if (this.machine.planFor(memory, durable, NOW_MS).wakeAtMs === NOW_MS)
      moves.push(fair('it wakes', this.#step(world, { kind: 'woke', atMs: NOW_MS })));
    if (memory.paused !== null) moves.push(fair('somebody resumes it', this.#step(world, { kind: 'resumed', by: 'ada', atMs: NOW_MS })));
    return moves.filter(({ to }) => to !== world);
  }

  #crash(world: World, durable: Transaction): World {
    const memory = this.reloads.of(durable);
    const registered = memory.branches.length - this.scenario.definition.branches.length;
    const sites: readonly Site[] = world.sites.slice(0, memory.branches.length);
    return { ...world, memory, durable: memory, flushing: null, registered: Math.max(registered, 0), sites };
  }

  #submit(world: World): World {
    const branches = world.memory.branches.map(({ id }) => id);
    return this.#step(world, { kind: 'submitted', branches, by: 'initiator', atMs: NOW_MS });
  }

  #abort(world: World): World {
    return this.#step(world, { kind: 'abortRequested', code: 'asked', message: '', by: 'ada', atMs: NOW_MS });
  }

  #reply(world: World, branch: string, op: Op, attempt: number, outcome: Outcome): World {
    return this.#step(world, { kind: 'replied', branch, op, attempt, outcome, atMs: NOW_MS, random: 0 });
  }

  #step(world: World, event: ProtocolEvent): World {
    const { tx } = this.machine.step(world.memory, event);
    return tx === world.memory ? world : { ...world, memory: tx };
  }

  #opOf({ definition, graph, decision }: Transaction, index: number, which: 'forward' | 'end'): Op {
    const pattern = patterns[definition.pattern];
    if (which === 'forward') return pattern.forwardOp!;
    if (decision?.kind === 'abort') return pattern.rollbackOp!;
    return (graph.behindPivot[index] ? pattern.behindPivotOp : pattern.commitOp)!;
  }

  #phaseOf({ definition }: Transaction, op: Op): Phase {
    const { forwardOp, rollbackOp } = patterns[definition.pattern];
    return op === forwardOp ? 0 : op === rollbackOp ? 2 : 1;
  }
}

/** The same object when nothing changed, so that a world can be told from its successor. */
function kept(site: Site, visit: Visit): Visit {
  const same = visit.site.forward === site.forward && visit.site.end === site.end;
  return same ? { ...visit, site } : visit;
}

function fair(name: string, to: World): Move {
  return { name, heals: true, to, broken: [] };
}

function trouble(name: string, to: World): Move {
  return { name, heals: false, to, broken: [] };
}

function says(violations: readonly Violation[]): readonly string[] {
  return violations.map(({ invariant, branch, says: text }) => `${invariant}: ${branch ?? 'the transaction'}: ${text}`);
}
