/** `POST /v1/transactions`: accepts a transaction, and waits for its outcome when asked to. */

import type { BeginRequest, BeginResult } from '@assent/engine';
import { type IncomingHeaders, readTrace } from '@assent/observability';
import type { Definition, Policy } from '@assent/protocol';
import { Body, Controller, Post, Query, Res } from '@nestjs/common';
import type { FastifyReply } from 'fastify';
import { principalOf } from '../../access/index.js';
import { ApiError } from '../../errors/index.js';
import { Backend } from '../backend.js';
import { contentHash } from '../content-hash.js';
import { newGid } from '../gid.js';
import { readQuery } from '../path.js';
import { sendTransaction } from '../reply.js';
import { validator } from '../validation.js';
import { hasReached, waitFor, waitMsOf } from '../waiting.js';
import { type BeginBody, beginSchema } from './begin.schema.js';
import { definitionOf } from './definition.js';

/** Nobody has to name a transaction; lists show something nevertheless. */
const UNNAMED = 'unnamed';

const DEFAULT_POLICY = 'standard';

const readBegin = validator<BeginBody>(beginSchema);

@Controller('v1/transactions')
export class BeginController {
  constructor(private readonly backend: Backend) {}

  @Post()
  async begin(@Query() query: unknown, @Body() raw: unknown, @Res() reply: FastifyReply): Promise<void> {
    const startedMs = performance.now();
    readQuery(query, []);
    const body = readBegin(raw);
    const principal = principalOf(reply);
    const engine = this.backend.engine();
    const { wait, timeoutMs, ...content } = body;
    const asked = {
      gid: body.gid ?? newGid(),
      name: body.name ?? UNNAMED,
      businessKey: body.key ?? null,
      createdBy: principal.name,
      contentHash: contentHash(content),
    };
    const { kind, view } = await this.accept(body, asked, reply.request.headers);
    const joining = this.backend.ownership.joinTokenFor(principal, view.gid);
    const extra = body.gid === undefined ? { safeToRepeat: false as const, ...joining } : joining;
    if (wait === undefined) {
      sendTransaction(reply, kind === 'repeated' ? 200 : 202, view, extra);
      return;
    }
    const leftMs = waitMsOf(timeoutMs, this.backend.limits) - (performance.now() - startedMs);
    const waited = await waitFor(engine, view, wait, leftMs);
    sendTransaction(reply, hasReached(waited, wait) ? 200 : 202, waited, extra);
  }

  /** A repeat is answered as the first time was, even when what it names has left the configuration since. */
  private async accept(body: BeginBody, asked: Omit<BeginRequest, 'definition'>, headers: IncomingHeaders): Promise<BeginResult> {
    const engine = this.backend.engine();
    let definition: Definition;
    try {
      definition = traced(definitionOf(body, await this.policyOf(body), this.backend), headers);
    } catch (problem) {
      const view = problem instanceof ApiError && body.gid !== undefined ? await engine.repeatOf(asked) : null;
      if (view === null) throw problem;
      return { kind: 'repeated', view };
    }
    return engine.begin({ ...asked, definition });
  }

  private async policyOf(body: BeginBody): Promise<Policy> {
    const asked = body.policy ?? DEFAULT_POLICY;
    const [name, version] = typeof asked === 'string' ? [asked, null] : [asked.name, asked.version];
    const policy = await this.backend.policy(name, version);
    if (policy?.isRetired === true) throw new ApiError('policy_retired', `Policy "${name}" is retired.`, { pointer: '/policy' });
    if (policy !== null) return policy;
    const called = version === null ? `"${name}"` : `"${name}" version ${version}`;
    throw new ApiError('unknown_policy', `There is no policy ${called}.`, { pointer: '/policy' });
  }
}

/** The trace of the caller is kept with what was asked, so that every node goes on with it. */
function traced(definition: Definition, headers: IncomingHeaders): Definition {
  const trace = readTrace(headers);
  return trace === undefined ? definition : { ...definition, trace };
}
