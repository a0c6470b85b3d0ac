/** What the shop sells, and the customers who buy. */
export { Customers, type LoadResult, type OrderRequest, placeOrders } from './customers.js';
export { type Goods, market, mixedOrder, mixedOrders, seed } from './market.js';
