/** What a service holds for transactions that have not ended, as gauges. */

/** A checkout takes seconds, a retried one minutes: what is held for longer than two hours has been forgotten by somebody. */
const OVERDUE_AFTER_MS = 7_200_000;

/** The part of a service's metrics that is needed here. */
interface Gauges {
  gauge(
    name: string,
    help: string,
    labels: readonly string[],
    read: () => Promise<readonly { readonly labels: Readonly<Record<string, string>>; readonly value: number }[]>,
  ): void;
}

/** Shows open and overdue reservations. `countBegunBefore` counts those whose transaction began before a moment (milliseconds since the epoch). */
export function showReservations(metrics: Gauges, countBegunBefore: (begunBeforeMs: number) => Promise<number>): void {
  const show = (name: string, help: string, olderThanMs: number) =>
    metrics.gauge(name, help, [], async () => [{ labels: {}, value: await countBegunBefore(Date.now() - olderThanMs) }]);
  show('shop_reservations_open', 'Reservations neither confirmed nor cancelled', 0);
  show('shop_reservations_overdue', 'Reservations open for more than two hours', OVERDUE_AFTER_MS);
}
