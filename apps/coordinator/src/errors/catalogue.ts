/**
 * Every error this API answers with: the one source of the code, of `docs/errors.md` and of the OpenAPI document. `code` is stable; `title`
 * and `help` may get better. The detail of an answer names the thing; it never shows SQL, paths or stacks.
 */

import { accessErrors } from './access-errors.js';
import { actionErrors } from './action-errors.js';
import { commandErrors } from './command-errors.js';
import { definitionErrors } from './definition-errors.js';
import type { ErrorEntry } from './entry.js';
import { registryErrors } from './registry-errors.js';
import { requestErrors } from './request-errors.js';
import { serviceErrors } from './service-errors.js';
import { workErrors } from './work-errors.js';

export const catalogue = {
  ...requestErrors,
  ...accessErrors,
  ...definitionErrors,
  ...commandErrors,
  ...actionErrors,
  ...workErrors,
  ...registryErrors,
  ...serviceErrors,
} satisfies Record<string, ErrorEntry>;

/** A code of the catalogue. */
export type ErrorCode = keyof typeof catalogue;

/** True when `code` is one of the catalogue's. */
export function isErrorCode(code: string): code is ErrorCode {
  return Object.hasOwn(catalogue, code);
}
