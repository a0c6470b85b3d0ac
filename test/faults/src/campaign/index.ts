/** A shop under load that is hurt for a while, then left alone, then audited. */
export { type Campaign, leaseMs, runCampaign } from './campaign.js';
export type { Ground } from './ground.js';
export { Shops } from './shops.js';
