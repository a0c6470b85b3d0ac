/** One entry of the error catalogue. */
export interface ErrorEntry {
  /** HTTP status, always the same for one code. */
  readonly status: number;
  /** What happened, in one line that is the same for every occurrence. */
  readonly title: string;
  /** What to do about it. */
  readonly help: string;
}
