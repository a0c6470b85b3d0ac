/** The durable image of a transaction: written by `imageOf`, read back by `load`. */
export { load } from './read.js';
export { imageOf } from './write.js';
