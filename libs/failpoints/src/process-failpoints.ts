/** Failpoints that hurt the process they are in, as a power cut, a debugger or a paused machine would: no handler runs first. */
import type { FailpointName, Failpoints } from '@assent/protocol';
import type { Arming, Harm } from './parse.js';

/** How a process is hurt; a test passes its own. */
export type ProcessHarm = (harm: Harm) => void;

export class ProcessFailpoints implements Failpoints {
  private readonly armed: Map<FailpointName, readonly Arming[]>;
  private readonly passed = new Map<FailpointName, number>();

  constructor(
    armings: readonly Arming[],
    private readonly hurt: ProcessHarm = hurtThisProcess,
  ) {
    this.armed = new Map(armings.map(({ name }) => [name, armings.filter((arming) => arming.name === name)]));
  }

  hit(name: FailpointName): void {
    const armings = this.armed.get(name);
    if (armings === undefined) return;
    const passed = (this.passed.get(name) ?? 0) + 1;
    this.passed.set(name, passed);
    const left = armings.filter((arming) => arming.at > passed);
    if (left.length > 0) this.armed.set(name, left);
    else this.armed.delete(name);
    for (const { harm, at } of armings) if (at === passed) this.hurt(harm);
  }

  isArmed(name: FailpointName): boolean {
    return this.armed.has(name);
  }
}

function hurtThisProcess(harm: Harm): void {
  switch (harm.kind) {
    case 'crash':
      process.kill(process.pid, 'SIGKILL');
      holdUp(UNTIL_THE_SIGNAL_MS);
      return;
    case 'stop':
      process.kill(process.pid, 'SIGSTOP');
      return;
    case 'delay':
      holdUp(harm.delayMs);
  }
}

/** A signal to oneself may take a moment; not one statement more may run until it has come. */
const UNTIL_THE_SIGNAL_MS = 10_000;

/** Blocks the event loop, and with it everything this process does. */
function holdUp(delayMs: number): void {
  Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, delayMs);
}
