/** A job and its items as REST shows them. */
import type { Job, JobItem } from '@assent/store';
import { isoTime } from '../transaction-body.js';
import type { KeptJob } from './job-runner.js';

export function jobBody(job: Job, counts: Readonly<Partial<Record<JobItem['state'], number>>>): object {
  const { id, action, state, cause, reason, principal, perSecond, total, createdAtMs, finishedAtMs } = job;
  const { query, parameters } = JSON.parse(job.request) as KeptJob;
  const self = `/v1/jobs/${id}`;
  return {
    ...{ id, action, state },
    ...(cause === '' ? {} : { cause }),
    ...{ query, parameters, reason, principal, perSecond, total },
    counts: { pending: 0, done: 0, repeated: 0, recorded: 0, failed: 0, ...counts },
    createdAt: isoTime(createdAtMs),
    finishedAt: finishedAtMs === null ? null : isoTime(finishedAtMs),
    links: { self, items: `${self}/items`, failures: `${self}/items?state=failed` },
  };
}

/** @param audit the id of the row of the audit that tells of it; `null`: there is none. */
export function itemBody({ place, gid, state, code, detail, atMs }: JobItem, audit: string | null): object {
  return {
    ...{ place, gid, state },
    ...(code === '' ? {} : { code, detail }),
    audit,
    at: atMs === null ? null : isoTime(atMs),
    links: { transaction: `/v1/transactions/${gid}`, timeline: `/v1/transactions/${gid}/timeline` },
  };
}
