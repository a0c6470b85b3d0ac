/** The figures of runs, as JSON and as a section of docs/reliability.md. */
export { type Report, reportOf } from './report.js';
export { sectionOf, withSection } from './section.js';
