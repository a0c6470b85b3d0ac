/** What a scenario found: whether everything holds, and what was measured. Nothing in here is estimated. */
import type { Audit } from './audit/index.js';

export interface Figures {
  readonly orders: number;
  /** How long customers were at it. */
  readonly seconds: number;
  /** Transactions that ended per second before the faults, when that was measured. */
  readonly endedPerSecondBefore: number | null;
  /** Transactions that ended per second while there were faults, when that was measured. */
  readonly endedPerSecondUnderFault: number | null;
  /** Transactions that began or were open while there were faults. */
  readonly underFault: number;
  /** What was done, and how often. */
  readonly harms: Readonly<Record<string, number>>;
  /** For each harm: from its beginning until every transaction that was open then is final, in milliseconds. */
  readonly recoveryMs: Readonly<Record<string, readonly number[]>>;
  /** For each harm to one node of several: from its beginning until others drive everything that it drove, in milliseconds. */
  readonly takeoverMs?: Readonly<Record<string, readonly number[]>>;
  /** Successful answers to calls whose effect was there already; `null` where nobody counted. */
  readonly duplicatesAbsorbed: number | null;
  /** Placings that customers had to repeat. */
  readonly repeats: number;
  /** Orders refused, by code. */
  readonly refusals: Readonly<Record<string, number>>;
}

export interface Findings {
  readonly audit: Audit;
  readonly figures: Figures;
}
