/**
 * The places at which a process can be killed, stopped or held up on purpose: one list for the simulator and for real processes, because both
 * must mean the same moment. What happens there is an adapter's business; in production nothing does.
 */

/** Every failpoint, and why just this moment is worth hurting. `docs/failpoints.md` shows this list. */
export const failpoints = {
  'engine.before-flush':
    'A flush has been cut: its rows have left the queue, and nothing has been sent. Whoever waits for it must learn that it is unknown or not done, and nothing of it may be acted on.',
  'writer.after-fence':
    'The fence of a flush has reached the database, its rows and COMMIT have not. A process that is stopped here holds the lock on its own row: others must be able to declare it dead once the server has ended its session, and its flush must never commit afterwards. While it is armed, a flush on MySQL or MariaDB travels in two packets.',
  'writer.after-commit':
    'A flush has committed, and nobody has been told. What it accepted must be driven by whoever comes next, and a caller who repeats must find it.',
  'driver.after-persist':
    'A transaction has been accepted durably, and none of its calls has left. It must be found and driven to its end.',
  'driver.before-call':
    'A call has been permitted, and its first byte has not been sent. The next driver cannot know that it never left: it counts as maybe sent.',
  'driver.after-call':
    'The answer of a branch has arrived, and has not been stepped. The branch has done its work, and only the branch knows: it is asked again, and the barrier replays.',
  'driver.before-decision-flush':
    'The decision has been made in memory, and is not durable. Nothing may have left under it; the next driver may decide otherwise.',
  'ownership.after-declare':
    'Another node has been declared dead, durably, and none of its transactions has been taken over. A third node, or this one after its restart, must take them.',
  'ownership.between-chunks':
    'One chunk of the transactions of a dead node has been claimed, and the next has not. The rest must not be orphaned, and the first must be taken over once more.',
  'drain.before-rest':
    'A node that is shutting down has stopped sending, and has not let its transactions go. Killed here, it leaves them as any dead node does.',
  'barrier.after-insert':
    'The first barrier row of a call is in, in a local transaction that is still open. It must vanish with the transaction, or the repeat would be answered for work that never happened.',
  'barrier.before-commit': 'The barrier rows and the work are in, and COMMIT has not been sent. Both vanish, and the repeat runs the work.',
  'barrier.after-commit':
    'The local transaction has ended, and the answer has not been sent. To the caller the answer is lost; the repeat must be answered from the barrier, without a second effect.',
} as const satisfies Readonly<Record<string, string>>;

export type FailpointName = keyof typeof failpoints;

/** What happens at failpoints. Both methods answer at once: nothing is awaited where production code awaits nothing. */
export interface Failpoints {
  /** Told each time a failpoint is passed. It may never return, return later, or return as if nothing had been. */
  hit(name: FailpointName): void;
  /** True while something is to happen at this place, for the one that is reached only by a detour. */
  isArmed(name: FailpointName): boolean;
}

/** What production runs with. */
export const noFailpoints: Failpoints = Object.freeze({
  hit(): void {
    // Nothing happens here.
  },
  isArmed: () => false,
});
