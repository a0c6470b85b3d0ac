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
import { Balancer } from './balancer.js';
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

/** A coordinator that can be cut off by itself. */
export interface IndependentNode {
  readonly process: ServiceProcess;
  /** Between this node and MariaDB. */
  readonly database: TcpProxy;
  /** Between this node and the participants. */
  readonly branches: BranchProxies;
}

export interface BranchProxies {
  readonly inventory: BranchProxy;
  readonly payment: BranchProxy;
}

/** What surrounds the processes; `null` where a scenario goes without. */
interface Parts {
  readonly balancer: Balancer;
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
  private readonly closeWithOthers: { close(): Promise<void> }[] = [];
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
    const participants = participantsOf(ports, branchProxies);
    const databases = databasesOf(home, server, databaseProxy && `${host}:${databaseProxy.port}`);
    const balancer = await Balancer.open(ports.coordinator);
    const addresses = { home, ports, databases, coordinatorUrl: balancer.url, participants };
    const gateway = namespace === undefined ? null : await Gateway.open(namespace, ports.coordinator);
    const parts = { balancer, server, databaseProxy, branchProxies, gateway };
    const stack = new ShopStack(options, addresses, parts, processesOf(addresses, options));
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

  /** A further coordinator on the same database, past the proxy before it, not started yet. Orders go to the first one, unless `spreadOrders` is called. */
  addCoordinator(nodeName: string, build?: string): Promise<ServiceProcess> {
    return this.addNode(nodeName, { ASSENT_DATABASE_URL: `${this.mariadb.url}/assent` }, build);
  }

  /** A further coordinator with proxies of its own before the database and the participants, not started yet. */
  async addIndependentNode(nodeName: string): Promise<IndependentNode> {
    const database = await startTcpProxy(this.mariadb.port);
    const branches = await proxiesBefore(this.addresses.ports, loopback);
    this.closeWithOthers.push(database, branches.inventory, branches.payment);
    const environment = {
      ASSENT_DATABASE_URL: `mysql://root@${loopback}:${database.port}/assent`,
      ASSENT_PARTICIPANTS: participantsOf(this.addresses.ports, branches),
    };
    return { process: await this.addNode(nodeName, environment), database, branches };
  }

  /** From now on orders go to all coordinators in turn. */
  spreadOrders(): void {
    this.parts.balancer.spreadOver([this.coordinator, ...this.others].map(({ port }) => port));
    this.parts.balancer.cutAll();
  }

  /** Stops the further coordinators in order: what they drove rests, for the first one to take. */
  async removeOthers(): Promise<void> {
    this.parts.balancer.spreadOver([this.coordinator.port]);
    await Promise.all(this.others.splice(0).map((other) => other.stop()));
    await Promise.all(this.closeWithOthers.splice(0).map((part) => part.close()));
  }

  private async addNode(nodeName: string, differing: Readonly<Record<string, string>>, build?: string): Promise<ServiceProcess> {
    const port = await freePort();
    const { addresses, options } = this;
    const env = {
      ...coordinatorEnvironment(addresses, options),
      ASSENT_HTTP_PORT: String(port),
      ASSENT_NODE_NAME: nodeName,
      ...differing,
    };
    const names = { app: 'coordinator', label: nodeName, home: this.home, readyPath: '/health/ready' } as const;
    const other = new ServiceProcess({ ...names, env, baseUrl: urlOf(port), build });
    this.others.push(other);
    return other;
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

  /** For transactions that are not decided, while no coordinator runs: it becomes so much later at once, without anybody waiting for it. */
  async letTimePass(ms: number): Promise<void> {
    await this.read('coordinator', `UPDATE global_transaction SET created_at = created_at - ${ms} WHERE status = 'active'`);
  }

  /** Ends everything at once and removes its data. */
  async stop(): Promise<void> {
    await Promise.all([...this.others, ...Object.values(this.processes)].map((one) => one.killHard()));
    await this.parts.gateway?.close();
    const { balancer, branchProxies, databaseProxy, server } = this.parts;
    const own = [balancer, branchProxies?.inventory, branchProxies?.payment, databaseProxy];
    await Promise.all([...own, ...this.closeWithOthers].map(async (part) => part?.close()));
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

function participantsOf(ports: Addresses['ports'], proxies: BranchProxies | null): string {
  const url = (name: 'inventory' | 'payment') => proxies?.[name].url ?? urlOf(ports[name]);
  return `inventory=${url('inventory')},payment=${url('payment')}`;
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
  const { home, ports } = addresses;
  const processOf = (app: ServiceName) => {
    const common = { app, label: app, home, env: env[app], baseUrl: urlOf(ports[app]) };
    if (app !== 'coordinator') return new ServiceProcess({ ...common, readyPath: '/health' });
    return new ServiceProcess({ ...common, readyPath: '/health/ready', commandPrefix: options.namespace?.commandPrefix ?? [] });
  };
  return {
    coordinator: processOf('coordinator'),
    order: processOf('order'),
    inventory: processOf('inventory'),
    payment: processOf('payment'),
  };
}
