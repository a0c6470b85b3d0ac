/**
 * Virtual time and the queue of what happens when. One event at a time: each runs as an immediate of its own, and Node empties the queue of
 * microtasks between two immediates. So whatever promises can do is done before the next event, and a run is the same every time.
 */
import TinyQueue from 'tinyqueue';

interface Happening {
  readonly atMs: number;
  readonly order: number;
  run: (() => void) | null;
}

interface Cancellable {
  cancel(): void;
}

/** Immediates asked for at once: a turn of Node's event loop costs as much as several events. */
const EVENTS_PER_TURN = 64;
/** A run with more events than this has a loop in it that time does not end. */
const MOST_EVENTS = 400_000;

export class Timeline {
  private readonly queue = new TinyQueue<Happening>([], earliestFirst);
  private order = 0;
  private timeMs = 0;
  private count = 0;

  /** Virtual milliseconds since the beginning of the run. */
  get nowMs(): number {
    return this.timeMs;
  }

  get events(): number {
    return this.count;
  }

  after(delayMs: number, run: () => void): Cancellable {
    this.order += 1;
    const happening: Happening = { atMs: this.timeMs + Math.max(0, delayMs), order: this.order, run };
    this.queue.push(happening);
    return {
      cancel: () => {
        happening.run = null;
      },
    };
  }

  /** Lets time pass until `isDone`, asked after each event, or for `mostMs`. Rejects with what an event throws. */
  run(mostMs: number, isDone: () => boolean = () => false): Promise<void> {
    const untilMs = this.timeMs + mostMs;
    return new Promise((resolve, reject) => {
      let isOver = false;
      const end = (finish: () => void) => {
        isOver = true;
        finish();
      };
      const one = () => {
        if (isOver) return;
        try {
          if (isDone()) end(resolve);
          else if (!this.next(untilMs)) end(resolve);
        } catch (error) {
          end(() => reject(error instanceof Error ? error : new Error(String(error))));
        }
      };
      const turn = () => {
        for (let event = 0; event < EVENTS_PER_TURN; event += 1) setImmediate(one);
        setImmediate(() => {
          if (!isOver) turn();
        });
      };
      turn();
    });
  }

  /** Runs the next event. False when there is none until then; time has come to then. */
  private next(untilMs: number): boolean {
    for (;;) {
      const next = this.queue.peek();
      if (next === undefined || next.atMs > untilMs) {
        this.timeMs = untilMs;
        return false;
      }
      this.queue.pop();
      if (next.run === null) continue;
      this.timeMs = next.atMs;
      this.count += 1;
      if (this.count > MOST_EVENTS) throw new Error(`more than ${MOST_EVENTS} events: something goes round in a circle`);
      next.run();
      return true;
    }
  }
}

function earliestFirst(one: Happening, other: Happening): number {
  return one.atMs - other.atMs || one.order - other.order;
}
