/** The query of `GET /v1/transactions`, checked. */
import type { SearchFilter, SearchPosition } from '@assent/engine';
import type { Status } from '@assent/protocol';
import type { Seal } from '../../access/index.js';
import { ApiError } from '../../errors/index.js';
import { momentOf, readQuery } from '../path.js';
import { readCursor } from './cursor.js';

const STATUSES: readonly Status[] = ['active', 'committing', 'committed', 'aborting', 'aborted'];
const ATTENTION = ['any', 'retrying', 'waiting', 'parked', 'paused', 'mixed'] as const;
const PATTERNS = ['saga', 'tcc', 'xa', 'message', 'lra'] as const;
const DEFAULT_LIMIT = 50;
const LARGEST_LIMIT = 200;
/** Longer than any column that is searched. */
const LONGEST_TEXT = 256;

const text = (description: string) => ({ type: 'string', maxLength: LONGEST_TEXT, description }) as const;

/** The parameters, for the documents. */
export const listQuery = {
  status: text('One or more of active, committing, committed, aborting, aborted, separated by commas.'),
  attention: { type: 'string', enum: ATTENTION, description: 'Only what needs attention now, for any reason or for this one.' },
  participant: text('With `attention`: the participant that is waited for. Without: one that has a branch.'),
  code: text('With `attention`: why it needs it. Without: the code of the decision, or of an op that has not succeeded.'),
  pattern: { type: 'string', enum: PATTERNS },
  name: text('The name, exactly.'),
  key: text('The business key, exactly.'),
  createdBy: text('Who began it.'),
  from: text('Begun at or after this moment (ISO 8601).'),
  to: text('Begun before this moment (ISO 8601).'),
  limit: { type: 'integer', minimum: 1, maximum: LARGEST_LIMIT, description: `Items on a page; ${DEFAULT_LIMIT} when absent.` },
  cursor: text('`next` of the page before.'),
} as const;

export interface ListRequest {
  readonly filter: SearchFilter;
  readonly after: SearchPosition | null;
  readonly limit: number;
}

/** `seal`: of the cursor. Throws `ApiError` `invalid_query`. */
export function readListQuery(query: unknown, seal: Seal | null): ListRequest {
  const asked = readQuery(query, Object.keys(listQuery) as (keyof typeof listQuery)[]);
  return {
    filter: filterOf(asked),
    after: asked.cursor === undefined ? null : readCursor(asked.cursor, seal),
    limit: asked.limit === undefined ? DEFAULT_LIMIT : wholeNumber('limit', asked.limit, LARGEST_LIMIT),
  };
}

/** What a filter may say, as text. */
export type FilterFields = Partial<Record<Exclude<keyof typeof listQuery, 'limit' | 'cursor'>, string>>;

/** The filter that the fields describe. Throws `ApiError` `invalid_query`. */
export function filterOf(asked: FilterFields): SearchFilter {
  return {
    statuses: asked.status === undefined ? [] : asked.status.split(',').map((status) => oneOf('status', status, STATUSES)),
    attention: asked.attention === undefined ? null : oneOf('attention', asked.attention, ATTENTION),
    pattern: asked.pattern === undefined ? null : oneOf('pattern', asked.pattern, PATTERNS),
    participant: shortText('participant', asked.participant),
    errorCode: shortText('code', asked.code),
    name: shortText('name', asked.name),
    businessKey: shortText('key', asked.key),
    createdBy: shortText('createdBy', asked.createdBy),
    createdFromMs: moment('from', asked.from),
    createdBeforeMs: moment('to', asked.to),
  };
}

function oneOf<Value extends string>(name: string, value: string, values: readonly Value[]): Value {
  const found = values.find((one) => one === value);
  if (found === undefined) throw refused(`"${name}" must be one of ${values.join(', ')}.`);
  return found;
}

function shortText(name: string, value: string | undefined): string | null {
  if (value === undefined) return null;
  // A NUL, or half a character, is in no column; some drivers would take the text for a shorter one.
  if (value === '' || value.length > LONGEST_TEXT || /[\p{Cc}\p{Cs}\ufffd]/u.test(value)) {
    throw refused(`"${name}" must be 1 to ${LONGEST_TEXT} characters of text without control characters.`);
  }
  return value;
}

/** A date alone means its beginning in UTC. */
function moment(name: string, value: string | undefined): number | null {
  if (value === undefined) return null;
  const ms = /^\d{4}-\d{2}-\d{2}(T\d{2}:\d{2}(:\d{2}(\.\d{1,3})?)?(Z|[+-]\d{2}:\d{2}))?$/.test(value) ? momentOf(value) : Number.NaN;
  if (Number.isNaN(ms) || ms < 0) throw refused(`"${name}" must be a moment in ISO 8601 with its zone, such as 2026-11-22T08:00:00Z.`);
  return ms;
}

function wholeNumber(name: string, value: string, largest: number): number {
  const number = /^\d{1,6}$/.test(value) ? Number(value) : 0;
  if (number < 1 || number > largest) throw refused(`"${name}" must be a whole number from 1 to ${largest}.`);
  return number;
}

function refused(detail: string): ApiError {
  return new ApiError('invalid_query', detail);
}
