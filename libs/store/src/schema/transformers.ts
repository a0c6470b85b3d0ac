/** How columns become values, where drivers and columns differ. */
import type { ValueTransformer } from 'typeorm';

/** MySQL drivers hand BIGINT over as text; times and counts are safe integers. */
export const wholeNumber: ValueTransformer = {
  to: (value: number | null) => value,
  from: (value: string | number | null) => (value === null ? null : Number(value)),
};
