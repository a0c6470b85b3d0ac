/**
 * The whole shop as real processes on one database server (or on SQLite files), each with a database of its own, the coordinator behind a
 * proxy of which scenarios can lose acknowledgements, and, where a scenario asks for it, the participants behind proxies that misbehave.
 */
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import mysql from 'mysql2/promise';
import { freePort, type MariadbOptions } from '../../../support/mariadb.js';
import { startTcpProxy, type TcpProxy } from '../../../support/tcp-proxy.js';
import { seededRandom } from '../seeded-random.js';
import { BranchProxy } from './branch-proxy.js';
import { Gateway } from './gateway.js';
import { Mariadb } from './mariadb.js';
import type { NetworkNamespace } from './network-namespace.js';
import { type Addresses, coordinatorEnvironment, type Differences, orderEnvironment, participantEnvironment } from './processes.js';
import { ServiceProcess } from './service-process.js';
import { readSqlite } from './sqlite-reader.js';

export type Dialect = 'mariadb' | 'sqlite';
export type ServiceName = 'coordinator' | 'order' | 'inventory' | 'payment';

export interface StackOptions extends Differences {
  readonly dialect: Dialect;
  /** Puts a `BranchProxy` before each participant. */
  readonly hasBranchProxies?: boolean;
  readonly mariadb?: MariadbOptions;
  /** Where the first coordinator lives; everything else stays on this machine. */
  readonly namespace?: NetworkNamespace;
}

export interface BranchProxies {
  readonly inventory: BranchProxy;
  readonly payment: BranchProxy;
}

/** What surrounds the processes; `null` where a scenario goes without. */
interface Parts {
  readonly server: Mariadb | null;
  readonly databaseProxy: TcpProxy | null;
  readonly branchProxies: BranchProxies | null;
  readonly gateway: Gateway | null;
}

const loopback = '127.0.0.1';
/** A reader must not wait for a server that is stopped. */
const readWithinMs = 5_000;

export class ShopStack {
  /** Further coordinators on the same database, by the node name. */
  private readonly others: ServiceProcess[] = [];
  private readonly removeHome = () => rmSync(this.home, { recursive: true, force: true });

  private constructor(
    private readonly options: StackOptions,
    private readonly addresses: Addresses,
    private readonly parts: Parts,
    private readonly processes: Readonly<Record<ServiceName, ServiceProcess>>,
  ) {
    process.once('exit', this.removeHome);
  }

  static async start(options: StackOptions): Promise<ShopStack> {
    const home = mkdtempSync(join(tmpdir(), 'assent-faults-'));
    const { namespace } = options;
    const host = namespace?.hostAddress ?? loopback;
    const server = options.dialect === 'mariadb' ? await Mariadb.start(options.mariadb) : null;
    const databaseProxy = server === null ? null : await startTcpProxy(server.port, { host, port: 0 });
    if (server !== null) await createDatabases(server.url);
    const ports = { coordinator: await freePort(), order: await freePort(), inventory: await freePort(), payment: await freePort() };
    const branchProxies = options.hasBranchProxies === true ? await proxiesBefore(ports, host) : null;
    const participants = `inventory=${branchProxies?.inventory.url ?? urlOf(ports.inventory)},payment=${branchProxies?.payment.url ?? urlOf(ports.payment)}`;
    const databases = databasesOf(home, server, databaseProxy && `${host}:${databaseProxy.port}`);
    const addresses = { home, ports, databases, coordinatorUrl: urlOf(ports.coordinator), participants };
    const gateway = namespace === undefined ? null : await Gateway.open(namespace, ports.coordinator);
    const stack = new ShopStack(options, addresses, { server, databaseProxy, branchProxies, gateway }, processesOf(addresses, options));
    try {
      await Promise.all([stack.coordinator.start(), stack.order.start(), stack.inventory.start(), stack.payment.start()]);
    } catch (error) {
      await stack.stop();
      throw error;
    }
    return stack;
  }

  get home(): string {
    return this.addresses.home;
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

  get mariadb(): Mariadb {
    return present(this.parts.server, 'MariaDB');
  }

  /** Between the first coordinator and MariaDB. */
  get proxy(): TcpProxy {
    return present(this.parts.databaseProxy, 'proxy before MariaDB');
  }

  get branches(): BranchProxies {
    return present(this.parts.branchProxies, 'proxy before the participants');
  }

  /** Counts of all calls, or `null` when nobody counts. */
  get duplicatesAbsorbed(): number | null {
    if (this.parts.branchProxies === null) return null;
    return this.parts.branchProxies.inventory.traffic.duplicates + this.parts.branchProxies.payment.traffic.duplicates;
  }

  /** A further coordinator on the same database, past the proxy, not started yet. */
  async addCoordinator(nodeName: string): Promise<ServiceProcess> {
    const port = await freePort();
    const { addresses, options } = this;
    const env = {
      ...coordinatorEnvironment(addresses, options),
      ASSENT_HTTP_PORT: String(port),
      ASSENT_DATABASE_URL: `${this.mariadb.url}/assent`,
      ASSENT_NODE_NAME: nodeName,
    };
    const other = new ServiceProcess({
      app: 'coordinator',
      label: nodeName,
      home: this.home,
      env,
      baseUrl: urlOf(port),
      readyPath: '/health/ready',
    });
    this.others.push(other);
    return other;
  }

  /** Stops the further coordinators in order: what they drove rests, for the first one to take. */
  async removeOthers(): Promise<void> {
    await Promise.all(this.others.splice(0).map((other) => other.stop()));
  }

  /** Runs a query on the database of a service, past all proxies. */
  async read(service: ServiceName, sql: string, values: readonly string[] = []): Promise<readonly Record<string, unknown>[]> {
    if (this.parts.server === null) return readSqlite(`${this.home}/${service}.sqlite`, sql, values);
    const uri = `${this.parts.server.url}/${databaseName(service)}`;
    const connection = await mysql.createConnection({ uri, connectTimeout: readWithinMs });
    // A driver that has lost its server says so twice: to the query, and to whoever listens here.
    connection.on('error', () => undefined);
    try {
      const [rows] = await connection.query({ sql, values: [...values], timeout: readWithinMs });
      return rows as Record<string, unknown>[];
    } finally {
      connection.destroy();
    }
  }

  /** Ends everything at once and removes its data. */
  async stop(): Promise<void> {
    await Promise.all([...this.others, ...Object.values(this.processes)].map((one) => one.killHard()));
    await this.parts.gateway?.close();
    const { branchProxies, databaseProxy, server } = this.parts;
    await Promise.all([branchProxies?.inventory.close(), branchProxies?.payment.close(), databaseProxy?.close()]);
    await server?.stop();
    process.removeListener('exit', this.removeHome);
    this.removeHome();
  }
}

function present<T>(part: T | null, name: string): T {
  if (part === null) throw new Error(`this stack has no ${name}`);
  return part;
}

function urlOf(port: number): string {
  return `http://${loopback}:${port}`;
}

function databaseName(service: ServiceName): string {
  return service === 'coordinator' ? 'assent' : `assent_${service}`;
}

const services = ['coordinator', 'order', 'inventory', 'payment'] as const;

async function createDatabases(url: string): Promise<void> {
  const connection = await mysql.createConnection({ uri: url });
  for (const service of services) await connection.query(`CREATE DATABASE ${databaseName(service)} CHARACTER SET utf8mb4`);
  await connection.end();
}

async function proxiesBefore(ports: Addresses['ports'], host: string): Promise<BranchProxies> {
  return {
    inventory: await BranchProxy.start(urlOf(ports.inventory), host, seededRandom(21)),
    payment: await BranchProxy.start(urlOf(ports.payment), host, seededRandom(22)),
  };
}

function databasesOf(home: string, server: Mariadb | null, proxy: string | null): Addresses['databases'] {
  const of = (service: ServiceName) =>
    server === null ? `sqlite:${join(home, `${service}.sqlite`)}` : `${server.url}/${databaseName(service)}`;
  const behindProxy = proxy === null ? of('coordinator') : `mysql://root@${proxy}/assent`;
  return { coordinator: behindProxy, order: of('order'), inventory: of('inventory'), payment: of('payment') };
}

function processesOf(addresses: Addresses, options: StackOptions): Record<ServiceName, ServiceProcess> {
  const env = {
    coordinator: coordinatorEnvironment(addresses, options),
    order: orderEnvironment(addresses, options),
    inventory: participantEnvironment('inventory', addresses, options),
    payment: participantEnvironment('payment', addresses, options),
  };
  const { home, ports, coordinatorUrl } = addresses;
  const processOf = (app: ServiceName) => {
    const common = { app, label: app, home, env: env[app] };
    if (app !== 'coordinator') return new ServiceProcess({ ...common, baseUrl: urlOf(ports[app]), readyPath: '/health' });
    const commandPrefix = options.namespace?.commandPrefix ?? [];
    return new ServiceProcess({ ...common, baseUrl: coordinatorUrl, readyPath: '/health/ready', commandPrefix });
  };
  return {
    coordinator: processOf('coordinator'),
    order: processOf('order'),
    inventory: processOf('inventory'),
    payment: processOf('payment'),
  };
}
