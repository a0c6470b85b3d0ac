/** The coordinators of a run, and the network between them and the participants. */
export { Network } from './network.js';
export { type Running, SimNode } from './sim-node.js';
