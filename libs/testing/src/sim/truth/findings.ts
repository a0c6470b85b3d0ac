/** What was found broken: the invariant by its letter (DESIGN section 3), where, and in words. */
import type { Journal } from '../kernel/index.js';

export type Letter = 'A' | 'I' | 'E' | 'L' | 'C' | 'V' | 'O' | 'D' | 'S' | 'M' | 'B';

export interface Finding {
  readonly invariant: Letter;
  /** Empty when it concerns no single transaction. */
  readonly gid: string;
  readonly says: string;
  readonly atMs: number;
}

/** More of one run tell nothing new. */
const MOST_FINDINGS = 20;

export class Findings {
  readonly list: Finding[] = [];

  constructor(
    private readonly nowMs: () => number,
    private readonly journal: Journal,
  ) {}

  add(invariant: Letter, gid: string, says: string): void {
    this.journal.note('VIOLATION', `${invariant} ${gid} ${says}`);
    if (this.list.length < MOST_FINDINGS) this.list.push({ invariant, gid, says, atMs: this.nowMs() });
  }
}
