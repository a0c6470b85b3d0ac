/** The decorators with which a service declares its branches. They only note down what was said; `branch-class.ts` reads it. */
import 'reflect-metadata';
import { Injectable, type InjectableOptions } from '@nestjs/common';
import { SCOPE_OPTIONS_METADATA } from '@nestjs/common/constants.js';
import type { StandardSchemaV1 } from '@standard-schema/spec';

export interface BranchOptions {
  /** A Standard Schema (zod, valibot, arktype, ...): handlers get its output; what does not fit is refused as `payload_invalid`. */
  readonly payload?: StandardSchemaV1;
}

export interface SagaStepOptions extends BranchOptions {
  /** Cannot be undone: there is no `@Compensate`, and a compensation that arrives after it took effect is refused. */
  readonly pivot?: boolean;
  /** `none`: there is nothing to undo, so there is no `@Compensate`. */
  readonly compensate?: 'none';
}

export interface Declaration {
  readonly pattern: 'tcc' | 'saga';
  readonly contract: string;
  readonly payload: StandardSchemaV1 | undefined;
  readonly undo: 'handler' | 'none' | 'impossible';
}

/** What a method is for; `action` also answers `deliver`. */
export type HandlerRole = 'try' | 'confirm' | 'cancel' | 'action' | 'compensate';

const declarations = new WeakMap<object, Declaration>();
const methods = new WeakMap<object, Map<HandlerRole, string>>();

/** A TCC branch: one class with `@Try`, `@Confirm` and `@Cancel`. `name` starts with the participant's name and a dot. */
export function TccBranch(name: string, options: BranchOptions = {}): ClassDecorator {
  return declare({ pattern: 'tcc', contract: name, payload: options.payload, undo: 'handler' });
}

/** A saga step: one class with `@Action` and, unless it is a pivot or says `compensate: 'none'`, `@Compensate`. */
export function SagaStep(name: string, options: SagaStepOptions = {}): ClassDecorator {
  const undo = options.pivot === true ? 'impossible' : options.compensate === 'none' ? 'none' : 'handler';
  return declare({ pattern: 'saga', contract: name, payload: options.payload, undo });
}

export const Try = (): MethodDecorator => note('try');
export const Confirm = (): MethodDecorator => note('confirm');
export const Cancel = (): MethodDecorator => note('cancel');
/** Answers `action`, and `deliver` where the step stands behind a pivot. */
export const Action = (): MethodDecorator => note('action');
export const Compensate = (): MethodDecorator => note('compensate');

/** What a class declares about itself, or `undefined` for any other class. */
export function declarationOf(type: object): Declaration | undefined {
  return declarations.get(type);
}

/** The method of a class for a role, inherited ones included. */
export function methodOf(type: { readonly prototype: object }, role: HandlerRole): string | undefined {
  for (let prototype = type.prototype; prototype !== null; prototype = Object.getPrototypeOf(prototype) as object) {
    const name = methods.get(prototype)?.get(role);
    if (name !== undefined) return name;
  }
  return undefined;
}

function declare(declaration: Declaration): ClassDecorator {
  return (type) => {
    declarations.set(type, declaration);
    // `Injectable` without options would replace a scope that the class was given by an `@Injectable` of its own.
    Injectable(Reflect.getMetadata(SCOPE_OPTIONS_METADATA, type) as InjectableOptions | undefined)(type);
  };
}

function note(role: HandlerRole): MethodDecorator {
  return (prototype, name) => {
    const roles = methods.get(prototype) ?? new Map<HandlerRole, string>();
    roles.set(role, String(name));
    methods.set(prototype, roles);
  };
}
