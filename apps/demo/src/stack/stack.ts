/** The whole shop as processes: which there are, what each is told, in which order they start and stop. */
import { join, resolve } from 'node:path';
import type { DemoNats } from '../configuration.js';
import { type AccessKeys, apiKeysText } from './access-keys.js';
import type { DatabaseUrls, Owner } from './databases.js';
import { entryOf, ManagedProcess, type ProcessFailedError } from './managed-process.js';
import { natsProcess } from './nats-process.js';

/** How long placing an order waits for its outcome: short, so that the bar soon shows which orders are being retried. */
const ORDER_WAIT_MS = 1_000;

export interface StackOptions {
  /** The coordinator's port; order, inventory and payment follow it. */
  readonly firstPort: number;
  readonly databases: DatabaseUrls;
  readonly keys: AccessKeys;
  /** Keys and logs are kept here. */
  readonly folder: string;
  /** `null`: branches are called over HTTP. */
  readonly nats: DemoNats | null;
}

export class Stack {
  readonly urls: Readonly<Record<Owner, string>>;
  /** Where NATS is; `null`: without. */
  readonly natsUrl: string | null;
  private readonly processes: Readonly<Record<Owner, ManagedProcess>>;
  private readonly natsServer: ManagedProcess | null;

  constructor(private readonly options: StackOptions) {
    const { firstPort, nats, folder } = options;
    const own = nats !== null && 'program' in nats ? natsProcess(nats.program, firstPort + 4, folder) : null;
    this.natsServer = own?.process ?? null;
    this.natsUrl = own?.url ?? (nats !== null && 'url' in nats ? nats.url : null);
    this.urls = {
      coordinator: localUrl(firstPort),
      order: localUrl(firstPort + 1),
      inventory: localUrl(firstPort + 2),
      payment: localUrl(firstPort + 3),
    };
    this.processes = {
      coordinator: this.processOf('coordinator', this.coordinatorEnv(), '/health/ready'),
      order: this.processOf('order', this.serviceEnv('order'), '/health'),
      inventory: this.processOf('inventory', this.serviceEnv('inventory'), '/health'),
      payment: this.processOf('payment', this.serviceEnv('payment'), '/health'),
    };
  }

  /** The keys by which the coordinator is called. */
  get keys(): AccessKeys {
    return this.options.keys;
  }

  /** Called when a process cannot be kept up, with one line that says why. */
  onFailure(failed: (error: ProcessFailedError) => void): void {
    for (const process of Object.values(this.processes)) process.onFailure(failed);
    this.natsServer?.onFailure(failed);
  }

  /** The services find their keys in the file that the coordinator writes, so it comes first. Throws `ProcessFailedError`. */
  async start(): Promise<void> {
    await this.natsServer?.start();
    await this.processes.coordinator.start();
    await Promise.all([this.processes.order.start(), this.processes.inventory.start(), this.processes.payment.start()]);
  }

  /** Initiators go first and the coordinator last, so that it sees how the calls in the air have ended. */
  async stop(): Promise<void> {
    await this.processes.order.stop();
    await this.processes.coordinator.stop();
    await Promise.all([this.processes.inventory.stop(), this.processes.payment.stop()]);
    await this.natsServer?.stop();
  }

  get(name: Owner): ManagedProcess {
    return this.processes[name];
  }

  logFileOf(name: Owner): string {
    return join(this.options.folder, 'logs', `${name}.log`);
  }

  private processOf(name: Owner, env: Readonly<Record<string, string>>, readyPath: string): ManagedProcess {
    return new ManagedProcess({
      name,
      entry: entryOf(name),
      env,
      logFile: this.logFileOf(name),
      readyUrl: `${this.urls[name]}${readyPath}`,
    });
  }

  private get keysFile(): string {
    return resolve(this.options.folder, 'keys.json');
  }

  private coordinatorEnv(): Readonly<Record<string, string>> {
    return {
      ASSENT_MODE: 'development',
      ASSENT_HTTP_PORT: String(this.options.firstPort),
      ASSENT_DATABASE_URL: this.options.databases.coordinator,
      ASSENT_NODE_NAME: 'demo',
      ASSENT_AUTH: 'on',
      ASSENT_API_KEYS: apiKeysText(this.keys),
      ASSENT_METRICS_PUBLIC: 'yes',
      ASSENT_PARTICIPANTS:
        this.natsUrl === null ? `inventory=${this.urls.inventory},payment=${this.urls.payment}` : 'inventory=nats:,payment=nats:',
      ...this.natsEnv(),
      ASSENT_KEYS_FILE: this.keysFile,
      // Every call is logged, which is what the timeline is told from.
      ASSENT_LOG_LEVEL: 'debug',
    };
  }

  private natsEnv(): Readonly<Record<string, string>> {
    return this.natsUrl === null ? {} : { ASSENT_NATS_URL: this.natsUrl };
  }

  private serviceEnv(name: 'order' | 'inventory' | 'payment'): Readonly<Record<string, string>> {
    const prefix = name.toUpperCase();
    return {
      [`${prefix}_HTTP_PORT`]: new URL(this.urls[name]).port,
      [`${prefix}_DATABASE_URL`]: this.options.databases[name],
      ASSENT_KEYS_FILE: this.keysFile,
      ...this.natsEnv(),
      ...(name !== 'order' && this.natsUrl !== null && { ASSENT_BRANCHES_OVER: 'nats' }),
      ...(name === 'order' && {
        ORDER_COORDINATOR_URL: this.urls.coordinator,
        ORDER_COORDINATOR_KEY: this.keys.order,
        ORDER_WAIT_MS: String(ORDER_WAIT_MS),
        ORDER_RECONCILE_MS: '1000',
      }),
    };
  }
}

function localUrl(port: number): string {
  return `http://127.0.0.1:${port}`;
}
