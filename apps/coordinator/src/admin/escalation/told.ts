/**
 * Which receivers have taken the present message of an alert, while another of them has not: a receiver that is away is tried again every half minute,
 * and whoever has taken the message is not told as often. In memory only: after a change of nodes everybody is told once more.
 */
import type { EscalationAlert } from '@assent/store';

/** An alert as it was when it was read: that something is over is another message. */
export type ToldOf = Pick<EscalationAlert, 'id' | 'state'>;

export class Told {
  private readonly entries = new Map<string, { readonly urls: ReadonlySet<string>; readonly untilMs: number }>();

  /** Those that are to be told now. */
  owed(alert: ToldOf, urls: readonly string[], nowMs: number): readonly string[] {
    const entry = this.entries.get(keyOf(alert));
    return entry === undefined || nowMs >= entry.untilMs ? urls : urls.filter((url) => !entry.urls.has(url));
  }

  /** These have taken it: until `untilMs` they are not told again. A moment that was named before, and has not come, stays. */
  keep(alert: ToldOf, urls: readonly string[], { nowMs, untilMs }: { readonly nowMs: number; readonly untilMs: number }): void {
    const before = this.entries.get(keyOf(alert));
    const lasting = before !== undefined && nowMs < before.untilMs ? before : { urls: [], untilMs };
    this.entries.set(keyOf(alert), { urls: new Set([...lasting.urls, ...urls]), untilMs: lasting.untilMs });
  }

  /** Everybody has been told. */
  clear(alert: ToldOf): void {
    this.entries.delete(keyOf(alert));
  }

  /** Lets go of what counts no more, so that this grows with the alerts that are open only. */
  forget(nowMs: number): void {
    for (const [key, { untilMs }] of this.entries) if (nowMs >= untilMs) this.entries.delete(key);
  }
}

function keyOf({ id, state }: ToldOf): string {
  return `${id}/${state}`;
}
