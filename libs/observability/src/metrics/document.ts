/** `docs/metrics.md`, written from the catalogue, so that the page cannot say anything else than the code. */
import { type MetricEntry, metricSections } from './catalogue.js';

/** The whole page as Markdown. */
export function metricsDocument(): string {
  return [introduction, ...metricSections.map(([title, entries]) => section(title, Object.values(entries))), rest].join('\n');
}

function section(title: string, entries: readonly MetricEntry[]): string {
  const rows = entries.map(({ name, kind, help, labels }) => {
    const shown = labels.map((label) => `\`${label}\``).join(' ');
    return `| \`${name}\` | ${kind} | ${shown} | ${help} |`;
  });
  return `## ${title}\n\n| metric | kind | labels | meaning |\n|---|---|---|---|\n${rows.join('\n')}\n`;
}

const introduction = `# Metrics

\`GET /metrics\` of every coordinator, and of the services of the shop, in the text format of Prometheus. Scrape each node; alert rules and dashboards are in
[deploy](../deploy/README.md). No id, business key or business code is ever a label, so the number of series does not grow with the number of transactions.
Beyond 2,000 combinations of label values, further ones are counted together as \`other\`.

This page is generated from \`libs/observability/src/metrics\`; a test compares them (\`UPDATE_DOCS=1 npx jest libs/observability\` writes it anew).
`;

const rest = `## The process

What \`prom-client\` knows of a Node process, among it \`process_cpu_seconds_total\`, \`process_resident_memory_bytes\`, \`nodejs_eventloop_lag_p99_seconds\`
(how late timers are: above 0.1 s a node has more to do than one core can) and \`nodejs_gc_duration_seconds\`.

## Consumers of events

Of any service with \`OutcomesModule\`, once \`OutcomeMetrics.registerIn(registry)\` has added them to what it shows; those of the shop do.

| metric | kind | labels | meaning |
|---|---|---|---|
| \`assent_consumer_events_total\` | counter | \`service\` \`consumer\` \`outcome\` | Deliveries, by what became of them: handled, repeated (it had been), stale (a newer one had been), unwanted (another status), failed (it comes again), dead_letter |
| \`assent_consumer_redeliveries_total\` | counter | \`service\` \`consumer\` | Deliveries that were not the first of their event |
| \`assent_consumer_delay_seconds\` | histogram | \`service\` \`consumer\` | From the image that an event tells of to the end of its handling, by two clocks |
| \`assent_consumer_dead_letters\` | gauge | \`service\` \`consumer\` | Dead letters that wait for a person; every instance of a service shows the same |
| \`assent_consumer_lag_seconds\` | gauge | \`service\` \`consumer\` | Age of the oldest event that a consumer has not acknowledged, 0 when there is none; absent while NATS is away |

## The shop

| metric | kind | labels | meaning |
|---|---|---|---|
| \`shop_reservations_open\` | gauge | \`service\` | Tries that succeeded, or are still pending, and were neither confirmed nor cancelled |
| \`shop_reservations_overdue\` | gauge | \`service\` | Those of them whose transaction began more than two hours ago |
| \`shop_ledger_drift\` | gauge | \`service\` \`book\` | By how much the books do not add up, in minor units of money; anything but 0 is a mistake |

\`shop_reservations_*\` come from the barrier table; \`countOpenReservations\` of \`@assent/participant\` counts them in any participant. A scrape looks at 20,000 tries at most, the
youngest of that age first: where more than so many have begun since, an overdue one is not counted any more, so do not wait for the alert to come again.
`;
