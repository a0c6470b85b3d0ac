/** `POST /v1/transactions/{gid}/actions/{name}`: the request of each action, made from the catalogue. */
import { reasonSchema } from '../schemas/common.js';
import { validator } from '../validation.js';
import { type ActionName, actionCatalogue, actionNames } from './catalogue.js';

/** The parameters of all actions; each action requires its own. */
export interface ActionParameters {
  readonly branch?: string;
  readonly op?: string;
  readonly outcome?: 'succeeded' | 'failed';
  readonly force?: boolean;
  readonly code?: string;
  readonly policy?: string | { readonly name: string; readonly version: number };
  readonly payload?: object;
}

export interface ActionBody extends ActionParameters {
  readonly reason: string;
  readonly dryRun?: boolean;
}

const dryRunSchema = { type: 'boolean', description: 'Only tell what would happen; nothing changes, and nothing is kept.' } as const;

function schemaOf(name: ActionName): object {
  const { parameters, required } = actionCatalogue[name];
  return {
    type: 'object',
    additionalProperties: false,
    required: ['reason', ...required],
    properties: { reason: reasonSchema, dryRun: dryRunSchema, ...parameters },
  };
}

/** Reads the body of an action. Throws `ApiError` `invalid_request`. */
export const readAction = Object.fromEntries(actionNames.map((name) => [name, validator<ActionBody>(schemaOf(name))])) as Readonly<
  Record<ActionName, (value: unknown) => ActionBody>
>;

/** The parameters alone, as jobs and approvals keep them. */
export const readParameters = Object.fromEntries(
  actionNames.map((name) => {
    const { parameters, required } = actionCatalogue[name];
    return [
      name,
      validator<ActionParameters>(
        { type: 'object', additionalProperties: false, required: [...required], properties: parameters },
        '/parameters',
      ),
    ];
  }),
) as Readonly<Record<ActionName, (value: unknown) => ActionParameters>>;

/** All of them in one, for the documents. */
export const actionSchema = {
  type: 'object',
  required: ['reason'],
  properties: Object.fromEntries([
    ['reason', reasonSchema],
    ['dryRun', dryRunSchema],
    ...actionNames.flatMap((name) => Object.entries(actionCatalogue[name].parameters)),
  ]) as Readonly<Record<string, object>>,
};
