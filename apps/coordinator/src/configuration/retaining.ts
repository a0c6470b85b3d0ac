/** Variables about how long what is finished is kept. */
import type { HousekeepingTimes } from '@assent/store';
import { z } from 'zod';
import { wholeNumber } from './values.js';

const DAY_MS = 86_400_000;
const MOST_DAYS = 36_500;

export const retainingVariables = {
  ASSENT_KEEP_FINISHED_DAYS: wholeNumber(1, MOST_DAYS).default(7).meta({
    description: 'How many days a finished transaction keeps its branches, payloads and failed attempts. Its outcome stays longer.',
  }),
  ASSENT_RETENTION_DAYS: wholeNumber(1, MOST_DAYS).default(30).meta({
    description:
      'How many days after its beginning a finished transaction is forgotten. A begin with a gid (UUIDv7) older than that is refused (`gid_expired`), and what is still undecided by then is shown among what needs attention. Keep it as long as the barriers of the participants keep their rows.',
  }),
  ASSENT_KEEP_AUDIT_DAYS: wholeNumber(0, MOST_DAYS).default(0).meta({
    description: 'How many days the audit is kept; 0 keeps it for ever. The oldest part goes, with its links: what is left still verifies.',
  }),
  ASSENT_KEEP_JOBS_DAYS: wholeNumber(1, MOST_DAYS).default(30).meta({
    description: 'How many days a job over many transactions, and what became of each of them, is kept after it finished or was stopped.',
  }),
};

type RetainingValues = z.infer<z.ZodObject<typeof retainingVariables>>;

/** In milliseconds. */
export function retentionOf(values: RetainingValues): HousekeepingTimes {
  return {
    keepFinishedMs: values.ASSENT_KEEP_FINISHED_DAYS * DAY_MS,
    retentionMs: values.ASSENT_RETENTION_DAYS * DAY_MS,
    keepAuditMs: values.ASSENT_KEEP_AUDIT_DAYS === 0 ? null : values.ASSENT_KEEP_AUDIT_DAYS * DAY_MS,
    keepJobsMs: values.ASSENT_KEEP_JOBS_DAYS * DAY_MS,
  };
}
