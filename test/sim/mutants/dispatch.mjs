/** Mistakes in the protection of participants: breakers, pauses, and who is fetched when they end. */
const engine = 'libs/engine/src';

/** @type {readonly import('./registry.mjs').Mutant[]} */
export const dispatchMutants = [
  {
    name: 'sends what was queued when its participant was paused',
    file: `${engine}/driver/calls.ts`,
    original: '!this.ports.lease.isValid() || isHeldBack(flight)) return false;',
    mutated: '!this.ports.lease.isValid()) return false;',
  },
  {
    name: 'sends to a participant that is paused',
    file: `${engine}/dispatch/gate.ts`,
    original: "if (this.pauseOrder !== null || this.breaker.state === 'open') return false;",
    mutated: "if (this.breaker.state === 'open') return false;",
  },
  {
    name: 'never probes a participant whose breaker has opened',
    file: `${engine}/dispatch/dispatch.ts`,
    original: '        gate.halfOpen();\n',
    mutated: '',
  },
  {
    name: 'leaves what rests because of a pause alone when it ends',
    file: `${engine}/dispatch/dispatch.ts`,
    original: '    gate.hasSentToRest = true;\n    this.release(gate);',
    mutated: '    this.release(gate);',
  },
  {
    name: 'obeys an order that is older than the last',
    file: `${engine}/dispatch/dispatch.ts`,
    original: 'if (before !== undefined && control.version <= before.version) return;',
    mutated: '',
  },
  {
    name: 'forgets who waits at a gate',
    file: `${engine}/dispatch/gate.ts`,
    original: '        this.waiting.add(who);\n',
    mutated: '',
  },
  {
    name: 'starts without the orders that are in force',
    file: `${engine}/life.ts`,
    original: '    this.dispatch.obey(orders);\n',
    mutated: '',
    suite: `${engine}/dispatch/dispatch.spec.ts`,
  },
  {
    name: 'sends one probe after the other',
    file: `${engine}/dispatch/gate.ts`,
    original: "if (this.breaker.state === 'half_open') this.isProbing = true;",
    mutated: '',
    suite: `${engine}/dispatch/dispatch.spec.ts`,
  },
  {
    name: 'fills a claim with what nobody can call',
    file: `${engine}/ownership/collector.ts`,
    original: "if (judgement.kind === 'worth a claim') chosen.push(row);",
    mutated: 'if (judgement !== null) chosen.push(row);',
    suite: `${engine}/dispatch/dispatch.spec.ts`,
  },
];
