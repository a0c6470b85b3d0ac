/** The shop of this repository as it is deployed: three services, each with a database of its own on the same server, and a coordinator. */
import { join } from 'node:path';
import { request } from 'undici';
import { freePort } from '../../support/mariadb.js';
import type { Ground } from './ground.js';
import { coordinatorEnvironment, startApp } from './processes.js';

/** Spread over so many that customers do not wait for one another's rows. */
const GOODS = 50;
const WALLETS = 200;
const UNITS = 1_000_000;
const BALANCE = 100_000_000;
const PRICE = 100;

export interface Shop {
  readonly orderUrl: string;
  /** The `index`th of endless orders, none of which is refused. */
  orderOf(index: number, mode: 'tcc' | 'saga'): object;
}

/** Starts it and fills shelves and wallets. */
export async function openShop(ground: Ground): Promise<Shop> {
  const home = ground.folder();
  const ports = { coordinator: await freePort(), order: await freePort(), inventory: await freePort(), payment: await freePort() };
  const url = (name: keyof typeof ports) => `http://127.0.0.1:${ports[name]}`;
  const databases = { coordinator: '', order: '', inventory: '', payment: '' };
  for (const name of Object.keys(databases) as (keyof typeof databases)[]) databases[name] = (await ground.database()).url;
  const keys = { ASSENT_KEYS_FILE: join(home, 'keys.json'), ASSENT_MODE: 'development' };
  const participants = { inventory: url('inventory'), payment: url('payment') };
  const environments = {
    coordinator: { ...coordinatorEnvironment(ports.coordinator, databases.coordinator, participants), ASSENT_NODE_NAME: 'bench-shop' },
    order: { ORDER_HTTP_PORT: String(ports.order), ORDER_DATABASE_URL: databases.order, ORDER_COORDINATOR_URL: url('coordinator') },
    inventory: { INVENTORY_HTTP_PORT: String(ports.inventory), INVENTORY_DATABASE_URL: databases.inventory },
    payment: { PAYMENT_HTTP_PORT: String(ports.payment), PAYMENT_DATABASE_URL: databases.payment },
  };
  for (const name of ['coordinator', 'inventory', 'payment', 'order'] as const) {
    const readyPath = name === 'coordinator' ? '/health/ready' : '/health';
    ground.started(await startApp({ name, env: { ...keys, ...environments[name] }, port: ports[name], readyPath, home }));
  }
  await stock(url('order'), url('inventory'), url('payment'));
  return { orderUrl: url('order'), orderOf };
}

function orderOf(index: number, mode: 'tcc' | 'saga'): object {
  const lines = [{ sku: `goods-${index % GOODS}`, quantity: 1 }];
  return { mode, account: `wallet-${(index * 7) % WALLETS}`, lines };
}

async function stock(orderUrl: string, inventoryUrl: string, paymentUrl: string): Promise<void> {
  for (let index = 0; index < GOODS; index += 1) {
    await put(`${orderUrl}/products/goods-${index}`, { price: PRICE });
    await put(`${inventoryUrl}/stock/goods-${index}`, { available: UNITS });
  }
  for (let index = 0; index < WALLETS; index += 1) await put(`${paymentUrl}/accounts/wallet-${index}`, { balance: BALANCE });
}

async function put(url: string, body: object): Promise<void> {
  const answer = await request(url, { method: 'PUT', headers: { 'content-type': 'application/json' }, body: JSON.stringify(body) });
  const text = await answer.body.text();
  if (answer.statusCode >= 300) throw new Error(`${url} answered ${answer.statusCode}: ${text}`);
}
