/** The configuration of the tests, with one mistake applied on the way into Jest. The sources are never touched. */
import { fileURLToPath } from 'node:url';
import base from '../../../jest.config.mjs';

const transform = fileURLToPath(new URL('mutating-transform.mjs', import.meta.url));
const [[pattern, [, swc]]] = Object.entries(base.transform);

export default {
  ...base,
  rootDir: fileURLToPath(new URL('../../..', import.meta.url)),
  transform: { [pattern]: [transform, swc] },
};
