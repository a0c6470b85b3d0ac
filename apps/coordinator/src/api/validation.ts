/**
 * Checks request bodies against their JSON schemas: no coercion, no defaults, unknown fields refused. The same schemas are shown by the OpenAPI
 * document. A failure is one error with a pointer and a sentence that says what is expected there.
 */
import { Ajv, type ErrorObject, type SchemaObject, type ValidateFunction } from 'ajv';
import { ApiError } from '../errors/index.js';

const ajv = new Ajv({ strict: true, allowUnionTypes: true, allErrors: false, verbose: true });

/**
 * Compiles a schema into a function that returns the value as `T`, or throws `ApiError` `invalid_request` (or a more telling code). `root`: JSON pointer to
 * the part of the body that is checked.
 */
export function validator<T>(schema: SchemaObject, root = ''): (value: unknown) => T {
  const validate: ValidateFunction<T> = ajv.compile<T>(schema);
  return (value) => {
    if (validate(value)) return value;
    throw explain(validate.errors?.[0], root);
  };
}

function explain(error: ErrorObject | undefined, root: string): ApiError {
  if (error === undefined) return new ApiError('invalid_request', 'The body does not fit its schema.', { pointer: root });
  const pointer = root + pointerOf(error);
  const subject = pointer === '' ? 'The body' : `"${pointer}"`;
  return new ApiError('invalid_request', `${subject} ${expectation(error)}.`, { pointer });
}

function pointerOf(error: ErrorObject): string {
  const extra =
    error.keyword === 'additionalProperties' ? (error.params as { additionalProperty: string }).additionalProperty : error.propertyName;
  return extra === undefined ? error.instancePath : `${error.instancePath}/${extra.replaceAll('~', '~0').replaceAll('/', '~1')}`;
}

function expectation(error: ErrorObject): string {
  switch (error.keyword) {
    case 'additionalProperties':
      return `is not a field that is known here; known are ${namesOf((error.parentSchema as SchemaObject).properties as object)}`;
    case 'required':
      return `lacks "${(error.params as { missingProperty: string }).missingProperty}"`;
    case 'enum':
      return `must be one of ${(error.schema as readonly unknown[]).map((value) => JSON.stringify(value)).join(', ')}`;
    case 'pattern':
    case 'not':
      return `must be ${String((error.parentSchema as SchemaObject).description)}`;
    case 'type':
      return `must be of type ${[error.schema as string | string[]].flat().join(' or ')}`;
    default:
      return error.message ?? 'does not fit its schema';
  }
}

function namesOf(properties: object): string {
  return Object.keys(properties).join(', ');
}
