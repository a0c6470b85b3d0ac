/** What the shop starts with. Little enough of some goods, and of some money, for orders to be refused. */

interface Product {
  readonly sku: string;
  /** Minor units. */
  readonly price: number;
  readonly units: number;
}

interface Wallet {
  readonly account: string;
  /** Minor units. */
  readonly balance: number;
}

/** 1,000 units in all. */
export const products = [
  { sku: 'tea', price: 400, units: 480 },
  { sku: 'coffee', price: 900, units: 260 },
  { sku: 'cup', price: 1_250, units: 190 },
  { sku: 'kettle', price: 4_000, units: 40 },
  { sku: 'lamp', price: 6_500, units: 30 },
] as const satisfies readonly Product[];

/** 50,000.00 in all. */
export const wallets = [
  { account: 'ada', balance: 1_300_000 },
  { account: 'bob', balance: 1_250_000 },
  { account: 'cleo', balance: 1_250_000 },
  { account: 'dan', balance: 1_196_400 },
  { account: 'eve', balance: 1_200 },
  { account: 'fay', balance: 2_400 },
] as const satisfies readonly Wallet[];

export type Sku = (typeof products)[number]['sku'];
export type AccountName = (typeof wallets)[number]['account'];

/** Units of all products at the beginning. */
export const seededUnits = products.reduce((sum, { units }) => sum + units, 0);
