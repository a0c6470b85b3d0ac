/** The OpenAPI document, made from the routes, the schemas that requests are checked against, and the error catalogue. */
import type { OpenAPIObject } from '@nestjs/swagger';
import { everyBody, everyGuarded, everyRoute, problemSchema, type Route, routes } from '../api/index.js';
import { catalogue, type ErrorCode } from '../errors/index.js';

/** How callers say who they are, where access control is on. */
const securitySchemes = {
  bearer: { type: 'http', scheme: 'bearer', description: 'An API key, or a token of the configured issuer.' },
  apiKey: { type: 'apiKey', in: 'header', name: 'x-api-key' },
} as const;

/** The whole document. */
export function openApiDocument(): OpenAPIObject {
  const paths: Record<string, Record<string, object>> = {};
  for (const route of routes) {
    paths[route.path] = { ...paths[route.path], [route.method.toLowerCase()]: operation(route) };
  }
  const document = {
    openapi: '3.1.0',
    info: {
      title: 'Assent coordinator',
      version: '1',
      description: 'Global transactions over services that each own their database. Every error is listed in docs/errors.md.',
    },
    paths,
    components: { schemas: { Problem: problemSchema }, securitySchemes },
  };
  // Nest's types know OpenAPI 3.0 with mutable arrays; these schemas are plain JSON Schema, as OpenAPI 3.1 takes them.
  return document as unknown as OpenAPIObject;
}

/** Codes a route may answer, the general ones included, each once. */
export function errorsOf(route: Route): readonly ErrorCode[] {
  const guarded = route.access === 'public' ? [] : everyGuarded;
  if (!route.path.startsWith('/v1/')) return [...route.errors, ...guarded];
  return [...new Set([...route.errors, ...(route.body === undefined ? [] : everyBody), ...guarded, ...everyRoute])];
}

function operation(route: Route): object {
  return {
    operationId: route.name,
    summary: route.summary,
    tags: [route.path.startsWith('/v1/') ? 'transactions' : 'operation'],
    ...(route.notes === undefined ? {} : { description: route.notes }),
    parameters: [...pathParameters(route), ...queryParameters(route), ...headerParameters(route)],
    ...(route.body === undefined ? {} : { requestBody: { required: true, content: { 'application/json': { schema: route.body } } } }),
    security: route.access === 'public' ? [] : Object.keys(securitySchemes).map((scheme) => ({ [scheme]: [] })),
    responses: { ...answersOf(route), ...errorAnswers(route) },
  };
}

function pathParameters(route: Route): object[] {
  return [...route.path.matchAll(/\{([^}]+)\}/g)].map(([, name]) => ({
    name,
    in: 'path',
    required: true,
    schema: { type: 'string', pattern: '^[A-Za-z0-9._-]{1,64}$' },
  }));
}

function headerParameters(route: Route): object[] {
  return Object.entries(route.headers ?? {}).map(([name, schema]) => ({ name, in: 'header', required: false, schema }));
}

function queryParameters(route: Route): object[] {
  return Object.entries(route.query ?? {}).map(([name, schema]) => ({ name, in: 'query', required: false, schema }));
}

function answersOf(route: Route): Record<string, object> {
  const answers: Record<string, object> = {};
  for (const { status, meaning, schema } of route.answers) {
    const content = schema === undefined ? { 'text/plain': {} } : { 'application/json': { schema } };
    answers[status] = { description: meaning, content };
  }
  return answers;
}

function errorAnswers(route: Route): Record<string, object> {
  const codes = errorsOf(route);
  const answers: Record<string, object> = {};
  for (const status of new Set(codes.map((code) => catalogue[code].status))) {
    const ofStatus = codes.filter((code) => catalogue[code].status === status);
    answers[status] = {
      description: ofStatus.map((code) => `\`${code}\`: ${catalogue[code].title}.`).join('\n\n'),
      content: { 'application/problem+json': { schema: { $ref: '#/components/schemas/Problem' } } },
    };
  }
  return answers;
}
