/** Mistakes in what people do by hand: seals, edits, policies, deeds. */
const protocol = 'libs/protocol/src';
const engine = 'libs/engine/src';
const barrier = 'libs/participant/src/barrier/barrier.ts';
const sealing = 'apps/coordinator/src/api/actions/sealing.ts';

/** @type {readonly import('./registry.mjs').Mutant[]} */
export const byHandMutants = [
  {
    name: 'acts on what a person said before it is durable',
    file: `${protocol}/plan/index.ts`,
    original: ' && tx.branches.every((branch, index) => isSettledAlike(branch, durable.branches[index]));',
    mutated: ';',
    // A few seeds in ten thousand show it: a node lets what is parked rest, and what rests is flushed before it is driven on.
    suite: 'test/golden/golden.spec.ts',
  },
  {
    name: 'follows another policy before it is durable',
    file: `${protocol}/plan/index.ts`,
    original: 'return durable.policy === tx.policy && tx.branches.every(',
    mutated: 'return tx.branches.every(',
  },
  {
    name: 'sends an edited payload before it is durable',
    file: `${protocol}/plan/index.ts`,
    original: 'durable.branches[place.index]?.inHorizon === true && hasDurablePayload(tx, place.index, durable);',
    mutated: 'durable.branches[place.index]?.inHorizon === true;',
  },
  {
    name: 'sends a call with the payload from before it was edited',
    file: `${engine}/driver/flight.ts`,
    original: ' && a.payload === b.payload;',
    mutated: ';',
  },
  {
    name: 'keeps an edited payload and another policy in memory only',
    file: `${protocol}/step/operators.ts`,
    original: 'return { ...tx, definition, definitionText: JSON.stringify(definition) };',
    mutated: 'return { ...tx, definition };',
  },
  {
    name: 'edits the payload of what may have been sent',
    file: `${protocol}/step/operators.ts`,
    original: "if (released || forward.sent !== 'no') return refused(",
    mutated: 'if (released) return refused(',
  },
  {
    name: 'does what was asked of another version',
    file: `${engine}/commands/deed.ts`,
    original: 'if (ifVersion === null || ifVersion === version) return null;',
    mutated: 'if (ifVersion === null || ifVersion >= 0) return null;',
  },
  {
    name: 'answers a deed before it is durable',
    file: `${engine}/commands/interventions.ts`,
    original: "if (landing === null || (await landing).kind === 'durable') return",
    mutated: 'if (landing === null || landing !== null) return',
  },
  {
    name: 'does a deed again whose answer was lost',
    file: `${engine}/commands/interventions.ts`,
    original: 'return told ?? null;',
    mutated: 'return null;',
  },
  {
    name: 'keeps no row of the seal of a forward op',
    file: barrier,
    original: "return commit({ kind: 'sealed', report: sealReport(op, row, null) });",
    mutated: "return undo({ kind: 'sealed', report: sealReport(op, row, null) });",
  },
  {
    name: 'keeps no row of the seal of an end',
    file: barrier,
    original: "return commit({ kind: 'sealed', report: sealReport(op, row, first) });",
    mutated: "return undo({ kind: 'sealed', report: sealReport(op, row, first) });",
  },
  {
    name: 'settles what could not be sealed',
    file: sealing,
    original: "return { objection: { code: 'not_sealed', detail }, seal: `unreachable:",
    mutated: 'return { objection: null, seal: `unreachable:',
  },
  {
    name: 'settles an op otherwise than it had run',
    file: sealing,
    original: "const agrees = hadRun ? outcome === 'succeeded' : outcome === 'failed';",
    mutated: "const agrees = hadRun || outcome === 'failed';",
  },
  {
    name: 'settles an op that is still being worked on',
    file: sealing,
    original: "if (report.outcome === 'pending') {",
    mutated: "if (report.outcome === 'pending' && op === '') {",
  },
];
