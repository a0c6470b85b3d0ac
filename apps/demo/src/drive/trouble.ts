/** What the demo does to the shop while orders run: one service that answers too late, one that is killed and comes back. */

/** The process that suffers, as far as the demo needs it. */
interface Sufferer {
  readonly name: string;
  hang(ms: number): void;
  killHard(): Promise<void>;
  start(): Promise<void>;
}

const HANG_AFTER_ORDERS = 40;
/** Longer than a call may take (3 s by the policy `standard`), so that calls time out and their answers come too late. */
const HANG_MS = 4_000;
const KILL_AFTER_ORDERS = 110;
const DOWN_MS = 2_500;

export class Trouble {
  private hung = false;
  private killed = false;
  private words = '';
  private recovery: Promise<void> = Promise.resolve();

  constructor(
    private readonly late: Sufferer,
    private readonly crashing: Sufferer,
    private readonly pause: (ms: number) => Promise<void>,
  ) {}

  /** What is going on now, in words; empty when nothing. */
  get inWords(): string {
    return this.words;
  }

  /** `fresh`: orders that this run has brought to their end. */
  onProgress(fresh: number): void {
    if (!this.hung && fresh >= HANG_AFTER_ORDERS) {
      this.hung = true;
      this.next(() => this.hangOnce());
    }
    if (!this.killed && fresh >= KILL_AFTER_ORDERS) {
      this.killed = true;
      this.next(() => this.killOnce());
    }
  }

  /** Waits until everything is up again. Throws when something did not come up. */
  async over(): Promise<void> {
    await this.recovery;
  }

  /** One trouble at a time. A failure is kept for `over`. */
  private next(trouble: () => Promise<void>): void {
    this.recovery = this.recovery.then(trouble);
    this.recovery.catch(() => undefined);
  }

  private async hangOnce(): Promise<void> {
    this.words = `${this.late.name} answers too late (made to hang by the demo)`;
    this.late.hang(HANG_MS);
    await this.pause(HANG_MS);
    this.words = '';
  }

  private async killOnce(): Promise<void> {
    this.words = `${this.crashing.name} is down (killed by the demo)`;
    await this.crashing.killHard();
    await this.pause(DOWN_MS);
    await this.crashing.start();
    this.words = '';
  }
}
