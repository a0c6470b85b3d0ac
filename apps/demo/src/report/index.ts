/** What the demo prints: progress, outcomes, one transaction in words, checked totals. */
export { type LoggedCall, readCalls } from './call-log.js';
export { formatCount, formatMoney } from './money.js';
export { type Mode, type Outcome, outcomeTable } from './outcome-table.js';
export { type Progress, type ProgressDisplay, progressDisplay } from './progress.js';
export { timelineOf } from './timeline.js';
export { type CheckedTotal, checkMoney, checkStock, type MoneyTotals, type StockTotals } from './totals.js';
