/** Links from a transaction into the operator's own tools: the log by its gid, the trace by its id, a dashboard around its time. */
import type { TransactionView } from '@assent/protocol';
import { traceIdOf } from '@assent/transport';
import type { LinkTemplate } from '../configuration/index.js';

/** Logs and metrics are a little late, and clocks do not agree to the second. */
const AROUND_MS = 60_000;
/** A `traceparent` is `version-traceid-spanid-flags`. */
const TRACE_ID_BEGINS = 3;
const TRACE_ID_ENDS = 35;

/** The templates filled in, by name. `nowMs` (milliseconds since the epoch) stands for the end of a transaction that has none. */
export function outsideLinks(templates: readonly LinkTemplate[], view: TransactionView, nowMs: number): Readonly<Record<string, string>> {
  const values: Readonly<Record<string, string>> = {
    gid: view.gid,
    traceId: view.trace === undefined ? traceIdOf(view.gid) : view.trace.slice(TRACE_ID_BEGINS, TRACE_ID_ENDS),
    fromMs: String(view.createdAtMs - AROUND_MS),
    toMs: String((view.finishedAtMs ?? nowMs) + AROUND_MS),
  };
  const filled = (template: string) => template.replaceAll(/\{(\w+)\}/g, (_, name: string) => encodeURIComponent(values[name] ?? ''));
  return Object.fromEntries(templates.map(({ name, template }) => [name, filled(template)]));
}
