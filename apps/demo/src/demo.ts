/** The demo from beginning to end: start everything, drive the orders through trouble, tell how it went, keep serving. */
import { setTimeout as pause } from 'node:timers/promises';
import type { TransactionView } from '@assent/protocol';
import type { DemoConfiguration } from './configuration.js';
import { type DrivenOrder, type DriveState, drive, ORDERS, plannedOrders, Trouble } from './drive/index.js';
import type { Narrator } from './narrator.js';
import { outcomeTable, progressDisplay, readCalls, timelineOf } from './report/index.js';
import { Shop } from './shop/index.js';
import type { Stack } from './stack/index.js';
import { reachVerdict, type Verdict } from './verdict.js';

/** Long enough for everything the demo does to the shop to heal by the retry policy. */
const PATIENCE_MS = 120_000;
/** The coordinator writes its log at least once a second. */
const LOG_WITHIN_MS = 3_000;
const BETWEEN_LOOKS_MS = 200;

export class Demo {
  private readonly shop: Shop;

  constructor(
    private readonly configuration: DemoConfiguration,
    private readonly stack: Stack,
    private readonly narrator: Narrator,
  ) {
    this.shop = new Shop(stack.urls);
  }

  /** Returns true when everything holds. Throws `ProcessFailedError` when a process cannot be started. */
  async run(): Promise<boolean> {
    this.introduce();
    await this.stack.start();
    await this.shop.seed();
    this.narrator.say('demo', `${ORDERS} orders by TCC and SAGA, with sold-out items, empty wallets, one late service and one crash`);
    const startedAtMs = Date.now();
    const { orders, fresh } = await this.driveAll(startedAtMs);
    if (fresh < ORDERS) this.narrator.say('', `${ORDERS - fresh} of them had been driven before: their outcomes were kept`);
    const verdict = await reachVerdict(orders, { baseUrl: this.stack.urls.coordinator, key: this.stack.keys.viewer }, this.shop);
    this.narrator.print('', ...outcomeTable(verdict.outcomes), '');
    await this.tellOne(verdict);
    this.narrator.say('checked', ...verdict.totals.map(({ line }) => line), ...verdict.contradictions);
    if (orders.length < ORDERS) this.narrator.say('', `${ORDERS - orders.length} orders could not be placed`);
    return verdict.holds && orders.length === ORDERS;
  }

  /** What can be tried by hand while the shop is open. */
  invite(): void {
    const { coordinator, order } = this.stack.urls;
    const body = '{"mode":"tcc","account":"ada","lines":[{"sku":"tea","quantity":2}]}';
    this.narrator.say(
      'try',
      `curl -s ${short(order)}/orders -H 'content-type: application/json' -H 'idempotency-key: me-1' -d '${body}'`,
      `curl -s ${short(coordinator)}/v1/me -H 'x-api-key: ${this.stack.keys.operator}'`,
      `keys of all roles are in ${this.configuration.folder}/access.json`,
      `open ${short(coordinator, 'http://')}/docs     Ctrl-C stops everything`,
    );
  }

  private introduce(): void {
    const { coordinator, order, inventory, payment } = this.stack.urls;
    const port = (url: string) => `:${new URL(url).port}`;
    const { natsUrl } = this.stack;
    this.narrator.say(
      '',
      `coordinator ${short(coordinator, 'http://')}   order ${port(order)}   inventory ${port(inventory)}   payment ${port(payment)}`,
      this.configuration.databaseUrl === null
        ? `state in SQLite under ${this.configuration.folder}/      MySQL: ASSENT_DATABASE_URL=mysql://user@host/assent npm start`
        : `state in ${new URL(this.configuration.databaseUrl).host}      logs and keys under ${this.configuration.folder}/`,
      ...(natsUrl === null ? [] : [`branches are called over NATS at ${new URL(natsUrl).host}`]),
    );
  }

  private async driveAll(startedAtMs: number): Promise<{ readonly orders: readonly DrivenOrder[]; readonly fresh: number }> {
    const trouble = new Trouble(this.stack.get('payment'), this.stack.get('inventory'), (ms) => pause(ms));
    const display = progressDisplay(ORDERS, process.stdout, () => performance.now());
    let last: DriveState = { confirmed: 0, refused: 0, retrying: 0, fresh: 0 };
    const progress = () => ({
      done: last.confirmed + last.refused,
      committed: last.confirmed,
      aborted: last.refused,
      retrying: last.retrying,
      trouble: trouble.inWords,
    });
    const orders = await drive(plannedOrders(), {
      place: (request) => this.shop.place(request),
      onProgress: (state) => {
        last = state;
        trouble.onProgress(state.fresh);
        display.show(progress());
      },
      pause: (ms) => pause(ms),
      nowMs: () => performance.now(),
      startedAtMs,
      patienceMs: PATIENCE_MS,
    });
    await trouble.over();
    display.end(progress());
    return { orders, fresh: last.fresh };
  }

  /** One aborted order in words. */
  private async tellOne({ transactions }: Verdict): Promise<void> {
    const view = transactions.find(isTelling) ?? transactions.find(({ status }) => status === 'aborted');
    if (view === undefined) return;
    const calls = await this.callsOf(view);
    this.narrator.print('one of them, in words', ...timelineOf(view, calls, 'order'), '');
  }

  /** Waits a moment for the log, which is written a little behind. */
  private async callsOf(view: TransactionView): Promise<Awaited<ReturnType<typeof readCalls>>> {
    const attempts = view.branches.reduce((sum, { forward, end }) => sum + (forward?.attempts ?? 0) + (end?.attempts ?? 0), 0);
    const untilMs = performance.now() + LOG_WITHIN_MS;
    for (;;) {
      const calls = await readCalls(this.stack.logFileOf('coordinator'), view.gid);
      if (calls.length >= attempts || performance.now() > untilMs) return calls;
      await pause(BETWEEN_LOOKS_MS);
    }
  }
}

/** A TCC whose payment was refused after stock was reserved: the story with a reservation to undo. */
function isTelling(view: TransactionView): boolean {
  const isPlain = view.branches.every(({ forward }) => forward?.attempts === 1);
  return view.pattern === 'tcc' && view.decision?.reason?.code === 'INSUFFICIENT_FUNDS' && isPlain;
}

/** `http://127.0.0.1:4100` -> `localhost:4100`, as people type it. */
function short(url: string, scheme = ''): string {
  return `${scheme}localhost:${new URL(url).port}`;
}
