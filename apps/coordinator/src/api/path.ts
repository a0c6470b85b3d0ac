/** What a path and a query say, checked. */
import { isLegalId } from '@assent/protocol';
import { ApiError } from '../errors/index.js';

/** The gid of a path. Throws `ApiError` `invalid_gid`. */
export function readGid(text: string): string {
  if (isLegalId(text)) return text;
  throw new ApiError('invalid_gid', 'The gid in the path must be 1 to 64 of letters, digits, ".", "_" and "-", and neither "." nor "..".');
}

/** The query, each parameter at most once and only known ones. Throws `ApiError` `invalid_query`. */
export function readQuery<K extends string>(query: unknown, known: readonly K[]): Partial<Record<K, string>> {
  const values: Partial<Record<K, string>> = {};
  for (const [name, value] of Object.entries(query as Record<string, unknown>)) {
    const key = known.find((one) => one === name);
    if (key === undefined) {
      const list = known.length === 0 ? 'this route takes none' : `this route takes ${known.join(', ')}`;
      throw new ApiError('invalid_query', `The query parameter "${name.slice(0, 64)}" is not known; ${list}.`);
    }
    if (typeof value !== 'string') throw new ApiError('invalid_query', `The query parameter "${name}" is given twice.`);
    values[key] = value;
  }
  return values;
}
