/** In what the SQL of a search differs from one database to another. */
export interface SearchDialect {
  /** Transactions, keys or attention rows that one statement may look at. */
  readonly window: number;
  /** `global_transaction` as `alias`, reached by this index. */
  transactions(alias: string, index: 'by_created_at' | 'by_business_key' | 'primary'): string;
  /** `attention` as `alias`, reached by this index. */
  attention(alias: string, index: 'by_participant' | 'primary'): string;
  /** A join whose left side drives. */
  readonly drives: string;
  /** That a text column holds a parameter, character by character. */
  equals(column: string): string;
  /** A text column, in a form that every driver hands over whole. */
  text(column: string): string;
  /** Database time in milliseconds. */
  readonly nowMs: string;
}
