/** The shop: what it starts with, and its services over HTTP. */
export { type AccountName, products, type Sku, seededUnits, wallets } from './goods.js';
export { type OrderRequest, type PlacedOrder, Shop } from './shop.js';
