/** A shop under load that is hurt for a while, then left alone, then audited. */
export { type Campaign, campaignShop, leaseMs, promisedTakeoverMs, runCampaign } from './campaign.js';
export type { Ground } from './ground.js';
export { auditSince, type Shop, Shops } from './shops.js';
