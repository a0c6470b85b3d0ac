/** The 200 orders, how they are driven, and what happens to the shop meanwhile. */
export { type DrivenOrder, type DriveState, drive } from './drive.js';
export { ORDERS, plannedOrders } from './orders.js';
export { Trouble } from './trouble.js';
