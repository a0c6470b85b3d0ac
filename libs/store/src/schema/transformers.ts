/** How columns become values, where drivers and columns differ. */
import type { ValueTransformer } from 'typeorm';

/** MySQL drivers hand BIGINT over as text; times and counts are safe integers. */
export const wholeNumber: ValueTransformer = {
  to: (value: number | null) => value,
  from: (value: string | number | null) => (value === null ? null : Number(value)),
};

/** SQLite knows no booleans, and libsql takes none for a parameter. */
export const flag: ValueTransformer = {
  to: (value: boolean) => (value ? 1 : 0),
  from: (value: boolean | number) => value === true || value === 1,
};
