/** Where calls wait for their turn. */
export { Fifo } from './fifo.js';
