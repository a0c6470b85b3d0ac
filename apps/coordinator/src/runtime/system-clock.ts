/** The machine's own clock, for the engine and the transport. */
import type { Clock, Timer } from '@assent/engine';

export const systemClock: Clock = {
  monotonicMs: () => performance.now(),
  after(delayMs: number, run: () => void): Timer {
    const timer = setTimeout(run, delayMs);
    return { cancel: () => clearTimeout(timer) };
  },
  soon(run: () => void): void {
    setImmediate(run);
  },
};
