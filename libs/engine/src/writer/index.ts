/** The one writer of a node: group commit (DESIGN 7). */
export { Batch } from './batch.js';
export type { WriteItem } from './item.js';
export { Writer, type WriterHost, type WriterLimits } from './writer.js';
