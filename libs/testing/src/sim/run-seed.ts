/** One run: trouble, healing, the end, and the judgement. */
import { isFinal, mixedEffects } from '@assent/protocol';
import type { SimNode } from './coordinator/index.js';
import { stirUp } from './troubles.js';
import type { Finding } from './truth/index.js';
import { World, type WorldOptions } from './world.js';

export interface Report {
  readonly seed: number;
  readonly findings: readonly Finding[];
  /** Fault class -> how often it struck. */
  readonly injected: ReadonlyMap<string, number>;
  readonly marks: ReadonlyMap<string, number>;
  /** Two runs with the same digest did the same things in the same order. */
  readonly digest: string;
  readonly lines: readonly string[];
  readonly events: number;
  readonly virtualMs: number;
  readonly committed: number;
  readonly aborted: number;
  readonly parked: number;
  readonly effects: number;
}

/** From healing to the end of everything that nobody has to decide: retry cap, deadline, takeover and a clock that was set back. */
const CONVERGENCE_MS = 60_000;
const LOOK_EVERY_MS = 250;
/** After the end: longer than any call or packet is held up, than a lease, and than work goes on in the background that nobody has to undo. */
const AFTERMATH_MS = 14_000;

export async function runSeed(options: WorldOptions): Promise<Report> {
  const world = new World(options);
  try {
    world.start();
    stirUp(world);
    const losing = world.size.losesCommits ? loseCommits(world) : [];
    await world.timeline.run(world.size.troubleMs);
    world.heal();
    await untilSettled(world);
    await world.timeline.run(AFTERMATH_MS);
    await judge(world);
    for (const lost of losing) lost();
  } catch (error) {
    world.findings.add('B', '', `the run broke: ${error instanceof Error ? (error.stack ?? error.message) : String(error)}`);
  } finally {
    world.database.close();
  }
  return report(world, options.seed);
}

async function untilSettled(world: World): Promise<void> {
  const untilMs = world.timeline.nowMs + CONVERGENCE_MS;
  while (!isSettled(world) && world.timeline.nowMs < untilMs) await world.timeline.run(LOOK_EVERY_MS);
}

function isSettled({ durable, areInitiatorsDone }: World): boolean {
  if (!areInitiatorsDone) return false;
  return durable.unfinished === 0 || unfinished(durable).every((gid) => durable.isParked(gid));
}

function unfinished(durable: World['durable']): readonly string[] {
  return durable.gids.filter((gid) => !isFinal(durable.row(gid)!.status));
}

async function judge(world: World): Promise<void> {
  const { durable, findings, effects, promises, stock, database, byHand } = world;
  if (durable.hasLostCommits) return;
  const left = unfinished(durable);
  for (const gid of left.filter((one) => !durable.isParked(one)).slice(0, 3)) {
    const { status, owner, dueAtMs, progress } = durable.row(gid)!;
    findings.add('V', gid, `it is ${status} ${CONVERGENCE_MS} ms after everything healed; owner ${owner}, due ${dueAtMs}, ${progress}`);
  }
  for (const gid of durable.gids) {
    if (durable.isParked(gid) !== durable.isListedAsParked(gid))
      findings.add(
        'L',
        gid,
        durable.isParked(gid) ? 'it is parked, and nobody is told' : 'people are told that it is parked, and it is not',
      );
  }
  promises.judge();
  for (const gid of durable.gids) {
    const tx = durable.state(gid)!;
    for (const { invariant, branch, says } of mixedEffects(tx, effects.observe(gid, tx.definition.branches))) {
      if (branch === null || !byHand.isForced(gid, branch)) findings.add(invariant, gid, `${branch}: ${says}`);
    }
  }
  byHand.judge(effects);
  const untidy = byHand.untidyPools();
  if (left.length === 0) for (const { pool, cells } of world.pools()) if (!untidy.has(pool)) stock.judgeEnd(cells, pool);
  for (const row of await database.store.readMany(durable.gids)) {
    const known = durable.row(row.gid)!;
    if (row.version !== known.version || row.status !== known.status || row.owner !== known.owner) {
      findings.add('O', row.gid, `version ${known.version} was written last, but version ${row.version} (${row.status}) is there`);
    }
  }
}

/** A database that loses its last commits: whoever wrote among them must notice at its next fence, stop, and say so. */
function loseCommits(world: World): Array<() => void> {
  const { timeline, database, size, nodes, findings } = world;
  const judgements: Array<() => void> = [];
  timeline.after(size.troubleMs * 0.4, () => {
    const restore = database.snapshot();
    timeline.after(size.troubleMs * 0.3, () => {
      const lost = new Set(restore());
      for (const node of nodes) {
        const running = node.current;
        if (running !== null && lost.has(running.engine.state().incarnation ?? '')) judgements.push(() => judgeLoss(node, running));
      }
    });
  });
  const judgeLoss = (node: SimNode, { process, monitor }: NonNullable<SimNode['current']>) => {
    if (process.isGone || monitor.hasAlarmedLostCommits) return;
    findings.add('O', '', `the database lost commits of ${node.name}, and it did not notice`);
  };
  return judgements;
}

function report(world: World, seed: number): Report {
  const { findings, faults, marks, journal, timeline, durable, effects } = world;
  const rows = durable.gids.map((gid) => durable.row(gid)!);
  const count = (status: string) => rows.filter((row) => row.status === status).length;
  const parked = unfinished(durable).length;
  if (parked > 0) marks.reach('parked');
  return {
    seed,
    findings: findings.list,
    injected: faults.injected,
    marks: marks.counts,
    digest: journal.digest,
    lines: journal.lines,
    events: timeline.events,
    virtualMs: timeline.nowMs,
    committed: count('committed'),
    aborted: count('aborted'),
    parked,
    effects: effects.count,
  };
}
