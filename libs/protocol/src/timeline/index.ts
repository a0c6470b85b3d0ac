/** A transaction as a story: its moments as data, and in words. */
export { type Moment, momentsOf, type TimelineCall, type TimelineDeed } from './moments.js';
export { acceptedInWords, durationInWords, headlineOf, labelOf, momentInWords, timeInWords } from './words.js';
