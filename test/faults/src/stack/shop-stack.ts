/**
 * The whole shop as real processes on one database server (or on SQLite files), each with a database of its own, the coordinator behind a
 * proxy of which scenarios can lose acknowledgements.
 */
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import mysql from 'mysql2/promise';
import { freePort, type MariadbServer, startMariadb } from '../../../support/mariadb.js';
import { startTcpProxy, type TcpProxy } from '../../../support/tcp-proxy.js';
import { ServiceProcess } from './service-process.js';

export type Dialect = 'mariadb' | 'sqlite';
type ServiceName = 'coordinator' | 'order' | 'inventory' | 'payment';

export interface StackOptions {
  readonly dialect: Dialect;
  /** `ASSENT_DEMO_FAULTS` of inventory and payment. */
  readonly participantFaults?: string;
  readonly coordinatorEnv?: Readonly<Record<string, string>>;
  readonly orderEnv?: Readonly<Record<string, string>>;
}

export class ShopStack {
  private constructor(
    readonly home: string,
    readonly dialect: Dialect,
    readonly mariadb: MariadbServer | null,
    /** Between the coordinator and MariaDB; `null` on SQLite. */
    readonly proxy: TcpProxy | null,
    private readonly processes: Readonly<Record<ServiceName, ServiceProcess>>,
  ) {}

  static async start(options: StackOptions): Promise<ShopStack> {
    const home = mkdtempSync(join(tmpdir(), 'assent-faults-'));
    const mariadb = options.dialect === 'mariadb' ? await startMariadb() : null;
    const proxy = mariadb === null ? null : await startTcpProxy(mariadb.port);
    if (mariadb !== null) await createDatabases(mariadb.url);
    const stack = new ShopStack(home, options.dialect, mariadb, proxy, await processesOf(home, mariadb, proxy, options));
    await stack.coordinator.start();
    await Promise.all([stack.order.start(), stack.inventory.start(), stack.payment.start()]);
    return stack;
  }

  get coordinator(): ServiceProcess {
    return this.processes.coordinator;
  }

  get order(): ServiceProcess {
    return this.processes.order;
  }

  get inventory(): ServiceProcess {
    return this.processes.inventory;
  }

  get payment(): ServiceProcess {
    return this.processes.payment;
  }

  /** Stops everything and removes its data. */
  async stop(): Promise<void> {
    await this.order.stop();
    await this.coordinator.stop();
    await Promise.all([this.inventory.stop(), this.payment.stop()]);
    await this.proxy?.close();
    await this.mariadb?.stop();
    rmSync(this.home, { recursive: true, force: true });
  }
}

async function createDatabases(url: string): Promise<void> {
  const connection = await mysql.createConnection({ uri: url });
  for (const name of ['assent', 'assent_order', 'assent_inventory', 'assent_payment']) {
    await connection.query(`CREATE DATABASE ${name} CHARACTER SET utf8mb4`);
  }
  await connection.end();
}

async function processesOf(
  home: string,
  mariadb: MariadbServer | null,
  proxy: TcpProxy | null,
  options: StackOptions,
): Promise<Record<ServiceName, ServiceProcess>> {
  const ports = { coordinator: await freePort(), order: await freePort(), inventory: await freePort(), payment: await freePort() };
  const urlOf = (name: ServiceName) => `http://127.0.0.1:${ports[name]}`;
  const databaseOf = (name: ServiceName) => (mariadb === null ? `sqlite:${join(home, `${name}.sqlite`)}` : `${mariadb.url}/assent_${name}`);
  const keys = { ASSENT_KEYS_FILE: join(home, 'keys.json') };
  const participant = (name: 'inventory' | 'payment'): Record<string, string> => {
    const prefix = name.toUpperCase();
    const faults: Record<string, string> = options.participantFaults === undefined ? {} : { ASSENT_DEMO_FAULTS: options.participantFaults };
    return { ...keys, ...faults, [`${prefix}_HTTP_PORT`]: String(ports[name]), [`${prefix}_DATABASE_URL`]: databaseOf(name) };
  };
  const env: Record<ServiceName, Record<string, string>> = {
    coordinator: {
      ...keys,
      ASSENT_MODE: 'development',
      ASSENT_HTTP_PORT: String(ports.coordinator),
      ASSENT_DATABASE_URL: proxy === null ? databaseOf('coordinator') : `mysql://root@127.0.0.1:${proxy.port}/assent`,
      ASSENT_NODE_NAME: 'faults-1',
      ASSENT_PARTICIPANTS: `inventory=${urlOf('inventory')},payment=${urlOf('payment')}`,
      ...options.coordinatorEnv,
    },
    order: {
      ...keys,
      ORDER_HTTP_PORT: String(ports.order),
      ORDER_DATABASE_URL: databaseOf('order'),
      ORDER_COORDINATOR_URL: urlOf('coordinator'),
      ORDER_RECONCILE_MS: '1000',
      ...options.orderEnv,
    },
    inventory: participant('inventory'),
    payment: participant('payment'),
  };
  const processOf = (app: ServiceName) =>
    new ServiceProcess({ app, home, env: env[app], baseUrl: urlOf(app), readyPath: app === 'coordinator' ? '/health/ready' : '/health' });
  return {
    coordinator: processOf('coordinator'),
    order: processOf('order'),
    inventory: processOf('inventory'),
    payment: processOf('payment'),
  };
}
