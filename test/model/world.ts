/**
 * Everything that exists at one moment: the machine's memory, its durable image, a flush in the air, calls that were sent, and what each
 * branch's database remembers. No clock runs: every wait is zero, and the deadline is an event that may happen at any time.
 */
import type { BranchDefinition, Definition, ImageOf, Load, PlanFor, Policy, Step, Transaction } from '@assent/protocol';
import type { Site } from './site.js';

/** The machine under exploration: the real one, or a mutant that must be caught. */
export interface Machine {
  readonly step: Step;
  readonly planFor: PlanFor;
  readonly imageOf: ImageOf;
  readonly load: Load;
}

export interface Scenario {
  readonly name: string;
  readonly definition: Definition;
  readonly policy: Policy;
  /** Branches that the initiator registers, in this order; those that run themselves work as soon as they are registered. */
  readonly registrations: readonly BranchDefinition[];
  /** What the work of a branch may do when it first runs. */
  readonly works: readonly ('done' | 'refused' | 'working')[];
  /** What else may happen. `lazy flush`: progress may become durable at any time, not only with what is flushed at once. */
  readonly allows: readonly ('abort' | 'deadline' | 'pause' | 'withdrawal' | 'lazy flush' | 'slow flush')[];
}

/** The initiator's own local transaction, for patterns that ask it. */
export type LocalTransaction = 'open' | 'committed' | 'rolled-back';

export interface World {
  readonly memory: Transaction;
  readonly durable: Transaction | null;
  readonly flushing: Transaction | null;
  readonly sites: readonly Site[];
  /** Calls that were sent and may arrive at any time, once, often or never: bit `3 * branch + phase` (0 forward, 1 commit, 2 rollback). */
  readonly stray: number;
  readonly registered: number;
  readonly local: LocalTransaction;
}

/** What one move is called, whether a system that heals makes it, and where it leads. */
export interface Move {
  readonly name: string;
  /** Moves of healing: nobody crashes, gives up, or interferes. */
  readonly heals: boolean;
  readonly to: World;
  readonly broken: readonly string[];
}

export type Phase = 0 | 1 | 2;

export function strayBit(branch: number, phase: Phase): number {
  return 1 << (3 * branch + phase);
}
