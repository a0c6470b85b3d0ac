/** Time and chance, always passed in: the engine runs in a simulator as it does in production. */

export interface Timer {
  cancel(): void;
}

export interface Clock {
  /** Milliseconds of a clock that never jumps; only differences mean anything. */
  monotonicMs(): number;
  /** Calls back once, not before `delayMs` from now. */
  after(delayMs: number, run: () => void): Timer;
  /** Calls back once the events at hand are done (setImmediate). */
  soon(run: () => void): void;
}

export interface Random {
  /** Uniform in [0, 1). */
  fraction(): number;
  /** 63 uniform bits, as a decimal string, never '0'. */
  bits63(): string;
}
