/** The contracts this service calls, as the services that answer them export them: a wrong field in a payload does not compile. */
import type { InventoryContracts } from '../../inventory/src/contracts/index.js';
import type { PaymentContracts } from '../../payment/src/contracts/index.js';

export type ShopContracts = InventoryContracts & PaymentContracts;
