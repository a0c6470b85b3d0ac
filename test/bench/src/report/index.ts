/** What becomes of the figures of a run. */
export { type Bar, bars, judge, type Verdict } from './bars.js';
export { type Drawing, drawingsOf } from './plots.js';
export { commitAtHand, figuresOf, type Report, reportOf } from './report.js';
export { sectionOf, withSection } from './section.js';
export { niceCeiling, svgOf } from './svg.js';
export { linesOf } from './terminal.js';
