/**
 * Every metric of a coordinator: name, labels, meaning. The one source of what is registered and of `docs/metrics.md`. No gid, branch or business code is
 * ever a label: their number has no bound. Patterns, participants, ops, outcomes and our own codes are.
 */

export interface MetricEntry {
  readonly name: string;
  readonly kind: 'counter' | 'gauge' | 'histogram';
  /** One sentence without a full stop, as Prometheus shows it. */
  readonly help: string;
  readonly labels: readonly string[];
}

type Catalogue = Readonly<Record<string, MetricEntry>>;

const counter = (name: string, help: string, ...labels: readonly string[]): MetricEntry => ({ name, kind: 'counter', help, labels });
const gauge = (name: string, help: string, ...labels: readonly string[]): MetricEntry => ({ name, kind: 'gauge', help, labels });
const histogram = (name: string, help: string, ...labels: readonly string[]): MetricEntry => ({ name, kind: 'histogram', help, labels });

/** What happens to transactions that this node drives. */
export const transactionMetrics = {
  started: counter('assent_transactions_started_total', 'Transactions accepted', 'pattern'),
  finished: counter('assent_transactions_finished_total', 'Transactions that became final', 'pattern', 'outcome'),
  mixed: counter('assent_transactions_mixed_total', 'Transactions that ended with a branch failed or resolved by hand', 'pattern'),
  duration: histogram(
    'assent_transaction_duration_seconds',
    'From acceptance to the end of a transaction, as the database counts time',
    'pattern',
    'outcome',
  ),
  phase: histogram(
    'assent_transaction_phase_duration_seconds',
    'Phase "forward": from acceptance to the decision; phase "end": from the decision to the end. Without commits that rested or were taken over in between: their image does not hold when they were decided',
    'pattern',
    'phase',
    'outcome',
  ),
  takenUp: counter(
    'assent_transactions_taken_up_total',
    'Transactions this node took up that it did not drive: from rest, from a dead_node (a takeover), or from a stopped_node',
    'from',
  ),
  ignored: counter('assent_events_ignored_total', 'Events that changed nothing, such as late_reply: an answer nobody waited for', 'mark'),
} satisfies Catalogue;

/** Calls of branches. Their number by op and outcome is the count of the histogram: every attempt is one call. */
export const callMetrics = {
  calls: histogram(
    'assent_branch_call_duration_seconds',
    'One call of a branch, without the time it waited for a place',
    'participant',
    'op',
    'outcome',
  ),
  repeats: counter(
    'assent_branch_call_repeats_total',
    'Calls that were not the first of their op: retries, and polls of pending ones',
    'participant',
    'op',
  ),
  problems: counter('assent_branch_call_problems_total', 'Calls whose outcome is unknown, by reason', 'participant', 'code'),
  inAir: gauge('assent_branch_calls_in_air', 'Calls that have left and have not ended'),
  inFlight: gauge(
    'assent_participant_calls_in_flight',
    'Calls that occupy a place under the concurrency limit of the participant',
    'participant',
  ),
  queued: gauge('assent_participant_calls_queued', 'Calls that wait for a place', 'participant'),
} satisfies Catalogue;

/** What protects participants from this node, and this node from them. */
export const protectionMetrics = {
  state: gauge(
    'assent_breaker_state',
    '1 for the state the circuit breaker of a participant is in, 0 for the others',
    'participant',
    'state',
  ),
  idle: gauge(
    'assent_breaker_idle_seconds',
    'For how long a half-open circuit breaker has waited for a call that would be its probe: nobody needs the participant; 0 otherwise',
    'participant',
  ),
  opened: counter(
    'assent_breaker_opened_total',
    'How often the circuit breaker of a participant has opened; failed probes do not count',
    'participant',
  ),
  paused: gauge('assent_participant_paused', '1 while an operator has paused what is sent to a participant', 'participant'),
  held: gauge(
    'assent_participant_held',
    'Transactions in memory that wait because nothing is sent to a participant: paused, breaker open, or as much under way as it may occupy',
    'participant',
  ),
} satisfies Catalogue;

/** The one writer, and the connections for reads. */
export const storeMetrics = {
  flushSeconds: histogram('assent_flush_duration_seconds', 'One group commit; the count is the number of commits'),
  flushRows: histogram('assent_flush_rows', 'Rows of one group commit; 0 is a beat'),
  queueRows: gauge('assent_flush_queue_rows', 'Rows that wait for a group commit'),
  pool: gauge('assent_database_pool_connections', 'Connections for reads that are open or idle, and reads waiting for one', 'state'),
} satisfies Catalogue;

/** Events on their way to NATS; all 0 where no publisher is configured. */
export const eventMetrics = {
  published: counter('assent_outbox_published_total', 'Events that the broker has acknowledged'),
  lag: histogram('assent_outbox_publish_lag_seconds', 'From the image that an event tells of to the acknowledgement of the broker'),
  rows: gauge('assent_outbox_rows', 'Events of this node that wait to be published; 100,000 means "or more"'),
  oldest: gauge('assent_outbox_oldest_age_seconds', 'Age of the oldest event that waits, 0 when there is none'),
  setAside: gauge(
    'assent_outbox_set_aside_rows',
    'Events that the broker refuses for what they are, and those behind them; every node of one database shows the same',
  ),
} satisfies Catalogue;

/** What is taken away because it is old. */
export const housekeepingMetrics = {
  purged: counter(
    'assent_purged_total',
    'What this node has taken away: transactions emptied or deleted, undecided ones flagged instead, rows of the audit, jobs',
    'what',
  ),
} satisfies Catalogue;

/** This node. */
export const nodeMetrics = {
  ready: gauge('assent_ready', '1 when this node accepts transactions'),
  state: gauge('assent_node_state', '1 for the state this node is in, 0 for the others', 'state'),
  inMemory: gauge('assent_transactions_in_memory', 'Transactions this node drives now: in flight'),
  waiters: gauge('assent_waiters', 'Requests that wait for a transaction to be decided or final'),
  alarms: counter('assent_alarms_total', 'What an operator must know, by code', 'code'),
} satisfies Catalogue;

/** Read from the database at a scrape, at most every five seconds: every node of one database shows the same, so take `max`, not `sum`. */
export const standingMetrics = {
  atRest: gauge('assent_transactions_at_rest', 'Unfinished transactions in nobody\'s memory; 100,000 means "or more"'),
  oldest: gauge('assent_oldest_unfinished_age_seconds', 'Age of the oldest unfinished transaction, 0 when there is none'),
  attention: gauge(
    'assent_attention',
    'Branches and transactions that are retrying or waiting at rest, parked, paused or ended mixed',
    'kind',
    'participant',
  ),
  nodes: gauge('assent_nodes', 'Nodes that are alive, and dead or stopped ones whose transactions are not taken over yet', 'state'),
} satisfies Catalogue;

/**
 * Alarms that alert rules look for, and that therefore begin at 0: of a series that appears with its first event Prometheus sees no increase. Others appear
 * when they are raised.
 */
export const alarmCodes = [
  'branch_parked',
  'breaker_open',
  'event_refused',
  'events_not_published',
  'fenced',
  'flush_in_doubt',
  'lost_commits',
  'node_dead',
  'node_declared_dead',
  'poison_row',
  'protocol_bug',
  'replaced',
  'store_unavailable',
  'unreadable_row',
  'writer_bug',
] as const;

/** Under the headings of the page. */
export const metricSections: readonly (readonly [string, Catalogue])[] = [
  ['Transactions', transactionMetrics],
  ['Calls of branches', callMetrics],
  ['Protection of participants', protectionMetrics],
  ['Database', storeMetrics],
  ['Events', eventMetrics],
  ['Housekeeping', housekeepingMetrics],
  ['This node', nodeMetrics],
  ['All nodes together', standingMetrics],
];
