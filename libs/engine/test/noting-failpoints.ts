/** Failpoints that hurt nobody: they note what a test wants to know at the moment they are passed. */
import type { FailpointName, Failpoints } from '../src/ports/failpoints.js';

export class NotingFailpoints<Note> implements Failpoints {
  readonly notes: Note[] = [];
  /** All that were passed, in order. */
  readonly passed: FailpointName[] = [];

  constructor(
    private readonly name: FailpointName,
    private readonly look: () => Note,
  ) {}

  hit(name: FailpointName): void {
    this.passed.push(name);
    if (name === this.name) this.notes.push(this.look());
  }

  isArmed(name: FailpointName): boolean {
    return name === this.name;
  }
}
