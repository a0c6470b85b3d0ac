/**
 * The statements of a search. A window of keys is drawn in the order of an index and bounded first; what was drawn is looked up by primary key and
 * filtered. So a page costs the same whatever the table holds, and a page that finds little says where to go on.
 */
import type { SearchFilter, SearchPosition } from '@assent/engine';
import type { SearchDialect } from './dialect.js';

export interface Statement {
  readonly sql: string;
  readonly parameters: readonly (string | number)[];
}

/** Conditions and their parameters, in the order in which they stand. */
class Conditions {
  readonly parameters: (string | number)[] = [];
  private readonly texts: string[] = [];

  add(text: string, ...parameters: readonly (string | number)[]): this {
    this.texts.push(text);
    this.parameters.push(...parameters);
    return this;
  }

  get where(): string {
    return this.texts.length === 0 ? '' : ` WHERE ${this.texts.join(' AND ')}`;
  }
}

/** The keys that one statement looks at, newest first. `most` and `skipped` bound it. */
function keys(filter: SearchFilter, after: SearchPosition | null, dialect: SearchDialect, most: number, skipped: number): Statement {
  const bound = ` LIMIT ${most} OFFSET ${skipped}`;
  if (filter.attention !== null) return attentionKeys(filter, after, dialect, bound);
  const conditions = new Conditions();
  if (filter.businessKey !== null) conditions.add('k.business_key = ?', filter.businessKey);
  if (filter.createdFromMs !== null) conditions.add('k.created_at >= ?', filter.createdFromMs);
  if (filter.createdBeforeMs !== null) conditions.add('k.created_at < ?', filter.createdBeforeMs);
  if (after !== null) {
    // The first condition alone bounds the range of the index.
    conditions.add('k.created_at <= ?', after.createdAtMs);
    conditions.add('(k.created_at < ? OR k.gid < ?)', after.createdAtMs, after.gid);
  }
  const from = dialect.transactions('k', filter.businessKey === null ? 'by_created_at' : 'by_business_key');
  const sql = `SELECT k.gid AS gid, k.created_at AS at FROM ${from}${conditions.where} ORDER BY k.created_at DESC, k.gid DESC${bound}`;
  return { sql, parameters: conditions.parameters };
}

/** `attention` is small and has no time of its own that could order it: its key does. */
function attentionKeys(filter: SearchFilter, after: SearchPosition | null, dialect: SearchDialect, bound: string): Statement {
  const conditions = new Conditions();
  if (filter.participant !== null) conditions.add('a.participant = ?', filter.participant);
  if (filter.attention !== 'any' && filter.attention !== null) conditions.add('a.kind = ?', filter.attention);
  if (filter.errorCode !== null) conditions.add('a.code = ?', filter.errorCode);
  if (after !== null) conditions.add('a.gid < ?', after.gid);
  const from = dialect.attention('a', filter.participant === null ? 'primary' : 'by_participant');
  return {
    sql: `SELECT DISTINCT a.gid AS gid, 0 AS at FROM ${from}${conditions.where} ORDER BY a.gid DESC${bound}`,
    parameters: conditions.parameters,
  };
}

/** What must hold of the rows themselves. */
function filtered(filter: SearchFilter, dialect: SearchDialect): Conditions {
  const conditions = new Conditions();
  if (filter.statuses.length > 0) conditions.add(`t.status IN (${filter.statuses.map(() => '?').join(', ')})`, ...filter.statuses);
  if (filter.pattern !== null) conditions.add('t.pattern = ?', filter.pattern);
  if (filter.name !== null) conditions.add(dialect.equals('t.name'), filter.name);
  if (filter.createdBy !== null) conditions.add(dialect.equals('t.created_by'), filter.createdBy);
  if (filter.businessKey !== null) conditions.add(dialect.equals('t.business_key'), filter.businessKey);
  if (filter.attention === null) addDocumentConditions(conditions, filter);
  else {
    if (filter.createdFromMs !== null) conditions.add('t.created_at >= ?', filter.createdFromMs);
    if (filter.createdBeforeMs !== null) conditions.add('t.created_at < ?', filter.createdBeforeMs);
  }
  return conditions;
}

/**
 * Participants and codes stand in the two documents as JSON wrote them; both are ASCII without quotes. A payload is text in a text there, whose quotes
 * are escaped: what it says of URLs and contracts is not taken for an endpoint.
 */
function addDocumentConditions(conditions: Conditions, { participant, errorCode }: SearchFilter): void {
  if (participant !== null) {
    const endpoints = [
      `"contract":${JSON.stringify(`${participant}.`).slice(0, -1)}`,
      `":"http://${participant}/`,
      `":"https://${participant}/`,
    ];
    conditions.add(`(${endpoints.map(() => 'INSTR(t.definition, ?) > 0').join(' OR ')})`, ...endpoints);
  }
  if (errorCode !== null) conditions.add('INSTR(t.progress, ?) > 0', `"code":${JSON.stringify(errorCode)}`);
}

const COLUMNS = ['status', 'pattern', 'mixed', 'paused', 'version', 'created_at', 'finished_at'];
const TEXTS = ['name', 'business_key', 'created_by'];

/** One transaction more than asked for tells that there are more. */
export function readPage(filter: SearchFilter, after: SearchPosition | null, limit: number, dialect: SearchDialect): Statement {
  const drawn = keys(filter, after, dialect, dialect.window, 0);
  const conditions = filtered(filter, dialect);
  const columns = [
    't.gid AS gid',
    'd.at AS at',
    ...COLUMNS.map((column) => `t.${column} AS ${column}`),
    ...TEXTS.map((column) => `${dialect.text(`t.${column}`)} AS ${column}`),
    `${dialect.nowMs} AS now`,
  ];
  const from = `(${drawn.sql}) d ${dialect.drives} ${dialect.transactions('t', 'primary')} ON t.gid = d.gid`;
  return {
    sql: `SELECT ${columns.join(', ')} FROM ${from}${conditions.where} ORDER BY d.at DESC, t.gid DESC LIMIT ${limit + 1}`,
    parameters: [...drawn.parameters, ...conditions.parameters],
  };
}

/** The last key of a full window, or no row: then there is nothing behind it. */
export function readEndOfWindow(filter: SearchFilter, after: SearchPosition | null, dialect: SearchDialect): Statement {
  return keys(filter, after, dialect, 1, dialect.window - 1);
}

/** How many of the newest there are, by status. */
export function countByStatus(filter: SearchFilter, dialect: SearchDialect): Statement {
  const drawn = keys(filter, null, dialect, dialect.window, 0);
  const conditions = filtered(filter, dialect);
  const from = `(${drawn.sql}) d ${dialect.drives} ${dialect.transactions('t', 'primary')} ON t.gid = d.gid`;
  return {
    sql: `SELECT t.status AS status, COUNT(*) AS number FROM ${from}${conditions.where} GROUP BY t.status`,
    parameters: [...drawn.parameters, ...conditions.parameters],
  };
}

/** How many keys a count looks at. */
export function countLooked(filter: SearchFilter, dialect: SearchDialect): Statement {
  const drawn = keys(filter, null, dialect, dialect.window, 0);
  return { sql: `SELECT COUNT(*) AS looked, ${dialect.nowMs} AS now FROM (${drawn.sql}) d`, parameters: drawn.parameters };
}

/** Attention of these transactions. Index: primary. */
export function readAttentionOf(gids: readonly string[], dialect: SearchDialect, most: number): Statement {
  const columns = ['gid', 'branch', 'kind', 'since'].map((column) => `a.${column} AS ${column}`);
  const texts = ['code', 'participant'].map((column) => `${dialect.text(`a.${column}`)} AS ${column}`);
  const from = dialect.attention('a', 'primary');
  const where = `a.gid IN (${gids.map(() => '?').join(', ')})`;
  return { sql: `SELECT ${[...columns, ...texts].join(', ')} FROM ${from} WHERE ${where} LIMIT ${most}`, parameters: gids };
}

/** Rows of `attention` that are grouped; beyond, the largest groups are so large that their exact size tells nobody anything. */
const MOST_GROUPED = 100_000;

/** What needs attention, by kind, participant and code. Reads the table in the order of its primary key, up to a bound. */
export function groupAttention(dialect: SearchDialect, most: number): Statement {
  const drawn = `SELECT a.kind AS kind, a.participant AS participant, a.code AS code, a.since AS since FROM ${dialect.attention('a', 'primary')} LIMIT ${MOST_GROUPED}`;
  const texts = ['participant', 'code'].map((column) => `${dialect.text(`d.${column}`)} AS ${column}`);
  return {
    sql:
      `SELECT d.kind AS kind, ${texts.join(', ')}, COUNT(*) AS number, MIN(d.since) AS oldest FROM (${drawn}) d ` +
      `GROUP BY d.kind, d.participant, d.code ORDER BY number DESC, oldest LIMIT ${most}`,
    parameters: [],
  };
}
