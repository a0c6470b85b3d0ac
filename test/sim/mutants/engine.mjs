/** Mistakes in the engine: acknowledgements, the writer, the lease, ownership. */
const engine = 'libs/engine/src';

/** @type {readonly import('./registry.mjs').Mutant[]} */
export const engineMutants = [
  {
    name: 'acknowledges a begin before it is stored',
    file: `${engine}/commands/commands.ts`,
    original: 'return this.begun(resident, await driver.expectations.expect(resident, 0), request',
    mutated: "return this.begun(resident, { kind: 'durable' }, request",
  },
  {
    name: 'acknowledges a command before it is stored',
    file: `${engine}/commands/commands.ts`,
    original: "      if (landing !== null && (await landing).kind !== 'durable') continue;\n",
    mutated: '',
  },
  {
    name: 'answers a begin with what another content began',
    file: `${engine}/commands/commands.ts`,
    original: 'if (row.contentHash !== request.contentHash) throw gidConflict(request.gid);\n',
    mutated: '',
  },
  {
    name: 'takes a lost flush for a committed one',
    file: `${engine}/writer/doubt.ts`,
    original: "    case 'not_committed':\n      return witness;",
    mutated: "    case 'not_committed':\n      return { kind: 'committed', nowMs: 0, unmoved: new Set() };",
  },
  {
    name: 'believes that every row moved after a lost commit',
    file: `${engine}/writer/doubt.ts`,
    original: 'unmoved: without(batch, moved) };',
    mutated: 'unmoved: new Set() };',
  },
  {
    name: 'believes that every row moved',
    file: `${engine}/writer/writer.ts`,
    original: 'this.committed(batch, result.nowMs, new Set(result.unmoved), result.declared)',
    mutated: 'this.committed(batch, result.nowMs, new Set(), result.declared)',
  },
  {
    name: 'goes on with the old number after a verdict',
    file: `${engine}/writer/writer.ts`,
    original: '        this.flushes = verdict.flushes;\n',
    mutated: '',
  },
  {
    name: 'forgets the rows of a flush that did not commit',
    file: `${engine}/writer/writer.ts`,
    original: '        this.flushes = verdict.flushes;\n        this.putBack(batch);',
    mutated: '        this.flushes = verdict.flushes;',
  },
  {
    name: 'sends calls without the lease',
    file: `${engine}/time/lease.ts`,
    original: 'return !this.isRevoked && this.clock.monotonicMs() - this.fromMs < this.lengthMs;',
    mutated: 'return true;',
  },
  {
    name: 'counts the lease from the acknowledgement',
    file: `${engine}/life.ts`,
    original: 'this.time.calibrate(databaseMs, sentAtMs, receivedAtMs);\n    this.lease.renew(sentAtMs);',
    mutated: 'this.time.calibrate(databaseMs, sentAtMs, receivedAtMs);\n    this.lease.renew(receivedAtMs);',
  },
  {
    name: 'declares a node dead after a quarter of a lease',
    file: `${engine}/ownership/watch.ts`,
    original: 'if (startedAtMs - sighting.atMs < this.leaseMs) return;',
    mutated: 'if (startedAtMs - sighting.atMs < this.leaseMs / 4) return;',
  },
  {
    name: 'lets a call leave while its transaction is being let go',
    file: `${engine}/driver/calls.ts`,
    original: '    if (resident.flying !== null && resident.flying.owner !== this.ports.self) return false;\n',
    mutated: '',
  },
  {
    name: 'sends what had been planned, whatever was decided since',
    file: `${engine}/driver/calls.ts`,
    original: 'if (!this.host.planOf(resident).invokes.some((planned) => isSameCall(planned, invoke))) return false;',
    mutated: '',
  },
  {
    name: 'tells nobody of an image that was read before it changed',
    file: `${engine}/driver/images.ts`,
    original: 'if (event !== null) batch.event(',
    mutated: 'if (event !== null && durable?.status !== "aborting") batch.event(',
  },
  {
    name: 'tells of an image under the version of the one before',
    file: `${engine}/driver/images.ts`,
    original: 'const version = resident.version + 1;',
    mutated: 'const version = Math.max(1, resident.version);',
  },
  {
    name: 'drops what it owns when it drains',
    file: `${engine}/driver/images.ts`,
    original: 'if (isLeaving) return { plan, owner: null, dueAtMs: context.nowMs,',
    mutated: 'if (isLeaving) return { plan, owner: null, dueAtMs: null,',
  },
  {
    name: 'rests without saying when it is due',
    file: `${engine}/driver/images.ts`,
    original: 'if (plan.wakeAtMs !== null) return plan.wakeAtMs;',
    mutated: 'if (plan.wakeAtMs !== null) return null;',
  },
  {
    name: 'leaves the transactions of the dead alone',
    file: `${engine}/ownership/collector.ts`,
    original: 'this.abandoned = nodes;',
    mutated: 'this.abandoned = [];',
  },
];
