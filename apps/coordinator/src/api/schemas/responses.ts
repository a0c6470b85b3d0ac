/** Schemas of what is answered, for the OpenAPI document. The types that the code is held to are in `transaction-body.ts`. */

const time = { type: 'string', format: 'date-time' } as const;
const text = { type: 'string' } as const;
const nullable = <S extends object>(schema: S) => ({ anyOf: [schema, { type: 'null' }] }) as const;

const refusal = { type: 'object', required: ['code', 'message'], properties: { code: text, message: text, branch: text } } as const;

const op = {
  type: 'object',
  required: ['op', 'outcome', 'attempts'],
  properties: {
    op: text,
    outcome: {
      type: 'string',
      enum: ['none', 'waiting', 'in_flight', 'pending', 'unknown', 'succeeded', 'rejected', 'skipped', 'by_hand', 'failed'],
    },
    attempts: { type: 'integer' },
    result: { description: 'The JSON body of a success, `{}` when there was none.' },
    problem: refusal,
    nextAt: time,
  },
} as const;

const branch = {
  type: 'object',
  required: ['id', 'after', 'pivot', 'run', 'forward', 'end', 'attention'],
  properties: {
    id: text,
    contract: text,
    urls: { type: 'object', additionalProperties: text },
    after: { type: 'array', items: text },
    pivot: { type: 'boolean' },
    run: { type: 'string', enum: ['coordinator', 'self'] },
    forward: nullable(op),
    end: nullable(op),
    attention: { type: 'string', enum: ['none', 'retrying', 'parked', 'failed'] },
  },
} as const;

const decision = {
  type: 'object',
  required: ['kind', 'at'],
  properties: {
    kind: { type: 'string', enum: ['commit', 'abort'] },
    at: {
      ...nullable(time),
      description:
        'Of a commit that is final: its end. `null`: not known any more, because a node has taken the transaction up while its branches were being confirmed.',
    },
    reason: refusal,
  },
} as const;

const links = {
  type: 'object',
  required: ['self', 'wait'],
  properties: { self: text, wait: text },
  additionalProperties: { ...text, description: 'GET of one transaction: a link into one of your own tools (`ASSENT_LINKS`).' },
} as const;
const status = { type: 'string', enum: ['active', 'committing', 'committed', 'aborting', 'aborted'] } as const;

export const transactionSchema = {
  type: 'object',
  required: [
    'gid',
    'name',
    'pattern',
    'driver',
    'policy',
    'status',
    'version',
    'key',
    'mixed',
    'paused',
    'createdAt',
    'decision',
    'branches',
    'links',
  ],
  properties: {
    gid: text,
    joinToken: {
      type: 'string',
      description: 'Only on a begin by a service: hand it on with the gid, and another service may join (header `assent-join-token`).',
    },
    safeToRepeat: { type: 'boolean', enum: [false], description: 'Only on a begin without a gid.' },
    name: text,
    pattern: { type: 'string', enum: ['saga', 'tcc', 'xa', 'message', 'lra'] },
    driver: { type: 'string', enum: ['coordinator', 'initiator'] },
    policy: { type: 'object', required: ['name', 'version'], properties: { name: text, version: { type: 'integer' } } },
    status,
    version: { type: 'integer', description: 'Counts durable images; also the ETag.' },
    key: nullable(text),
    mixed: { type: 'boolean' },
    paused: { type: 'boolean' },
    createdAt: time,
    deadlineAt: nullable(time),
    finishedAt: nullable(time),
    decision: nullable(decision),
    branches: { type: 'array', items: branch },
    links,
  },
} as const;

const attempt = {
  type: 'object',
  required: ['at', 'branch', 'op', 'attempt', 'durationMs', 'outcome', 'code', 'message'],
  properties: {
    ...{ at: time, branch: text, op: text },
    attempt: { type: 'integer', description: 'Counts the calls of the op.' },
    durationMs: { type: 'integer' },
    outcome: { type: 'string', enum: ['unknown', 'rejected'] },
    ...{ code: text, message: text },
  },
} as const;

const deed = {
  type: 'object',
  required: ['id', 'at', 'principal', 'action', 'reason', 'detail'],
  properties: {
    ...{ id: text, at: time, principal: text, action: text, reason: text },
    detail: { type: 'object', description: 'How it ended (`outcome`), the version that it was asked of, and what else is known of it.' },
  },
} as const;

/** A transaction with what is kept beside it. */
export const detailSchema = {
  ...transactionSchema,
  properties: {
    ...transactionSchema.properties,
    attempts: { type: 'array', items: attempt, description: 'With `include=attempts`: calls that did not succeed, oldest first.' },
    audit: { type: 'array', items: deed, description: 'With `include=audit`: what people did, and what they were refused, oldest first.' },
  },
} as const;

export const registrationSchema = {
  type: 'object',
  required: ['gid', 'status', 'version', 'decision', 'branch', 'links'],
  properties: { gid: text, status, version: { type: 'integer' }, decision: nullable(decision), branch, links },
} as const;

export const problemSchema = {
  type: 'object',
  required: ['type', 'title', 'status', 'code', 'detail'],
  properties: {
    type: text,
    title: text,
    status: { type: 'integer' },
    code: text,
    detail: text,
    pointer: text,
    gid: text,
    problems: {
      type: 'array',
      items: { type: 'object', required: ['code', 'detail', 'pointer'], properties: { code: text, detail: text, pointer: text } },
    },
    transaction: { type: 'object', description: 'How the transaction stands, when a command came too late.' },
  },
} as const;

export const liveSchema = { type: 'object', required: ['status'], properties: { status: { type: 'string', enum: ['live'] } } } as const;

export const readySchema = {
  type: 'object',
  required: ['status'],
  properties: {
    status: { type: 'string', enum: ['ready', 'not_ready'] },
    reason: { type: 'string', enum: ['starting', 'store_unavailable', 'draining', 'stopped', 'replaced'] },
    node: text,
    inMemory: { type: 'integer', description: 'Transactions in memory.' },
    callsInAir: { type: 'integer' },
    queueRows: { type: 'integer', description: 'Rows that wait for a flush.' },
    waiters: { type: 'integer' },
  },
} as const;
