/** A decorated class and its instance, bound to the ops it answers. */
import type { StandardSchemaV1 } from '@standard-schema/spec';
import { BusinessRejection } from '../barrier/index.js';
import type { BranchContext, BranchOp } from './context.js';
import { type Declaration, declarationOf, type HandlerRole, methodOf } from './decorators.js';

export type Handler = (payload: unknown, branch: BranchContext) => unknown;

export interface Contract {
  readonly name: string;
  readonly payload: StandardSchemaV1 | undefined;
  readonly handlers: ReadonlyMap<string, Handler>;
}

/** The class as Nest knows it. */
export interface BranchClass {
  readonly name: string;
  readonly prototype: object;
}

const required: Readonly<Record<Declaration['pattern'], readonly HandlerRole[]>> = {
  tcc: ['try', 'confirm', 'cancel'],
  saga: ['action'],
};

/** The contract that a class declares, or `undefined` when it declares none. Throws with one line when a half of it is missing. */
export function contractOf(type: BranchClass, instance: object): Contract | undefined {
  const declaration = declarationOf(type);
  if (declaration === undefined) return undefined;
  const bind = (role: HandlerRole): Handler => bound(type, instance, declaration, role);
  const handlers = new Map<BranchOp, Handler>();
  for (const role of required[declaration.pattern]) handlers.set(role, bind(role));
  if (declaration.pattern === 'saga') {
    handlers.set('deliver', bind('action'));
    handlers.set('compensate', undoOf(type, declaration, bind));
  }
  return { name: declaration.contract, payload: declaration.payload, handlers };
}

function bound(type: BranchClass, instance: object, declaration: Declaration, role: HandlerRole): Handler {
  const method = methodOf(type, role);
  if (method === undefined) {
    const decorator = `@${role.charAt(0).toUpperCase()}${role.slice(1)}`;
    const hint = role === 'compensate' ? `, or say { compensate: 'none' } or { pivot: true }` : '';
    throw new Error(`${type.name} declares "${declaration.contract}" but has no ${decorator} method: add one${hint}`);
  }
  const handler = (instance as Readonly<Record<string, Handler>>)[method] as Handler;
  return handler.bind(instance);
}

/** A pivot is asked to compensate only after it refused, which the barrier answers by itself; after a success it cannot. */
function undoOf(type: BranchClass, declaration: Declaration, bind: (role: HandlerRole) => Handler): Handler {
  if (declaration.undo !== 'handler' && methodOf(type, 'compensate') !== undefined) {
    throw new Error(
      `${type.name} declares "${declaration.contract}" as a step without an undo, but has a @Compensate method: remove one of the two`,
    );
  }
  switch (declaration.undo) {
    case 'handler':
      return bind('compensate');
    case 'none':
      return () => undefined;
    case 'impossible':
      return () => {
        throw new BusinessRejection('pivot_not_undone', 'this step is a pivot and took effect; it cannot be undone');
      };
  }
}
