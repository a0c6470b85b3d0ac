/** Whether transactions are accepted now. The composition root provides it. */
import type { EngineState } from '@assent/engine';

export interface Readiness extends Partial<Omit<EngineState, 'ready' | 'incarnation' | 'reason'>> {
  readonly status: 'ready' | 'not_ready';
  /** `starting`, `store_unavailable`, `draining`, `stopped`, `replaced`. */
  readonly reason?: string;
  readonly node: string;
}

export abstract class Health {
  abstract readiness(): Readiness;
}
