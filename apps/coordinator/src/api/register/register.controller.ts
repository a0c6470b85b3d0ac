/** `POST /v1/transactions/{gid}/branches`: adds a branch to a transaction that its initiator drives. */
import type { RegisterResult } from '@assent/engine';
import type { BranchDefinition, BranchView } from '@assent/protocol';
import { Body, Controller, Param, Post, Query, Res } from '@nestjs/common';
import type { FastifyReply } from 'fastify';
import { Backend } from '../backend.js';
import { branchIdOf, endpointOf, payloadOf } from '../branch.js';
import { contentHash } from '../content-hash.js';
import { readGid, readQuery } from '../path.js';
import { sendJson } from '../reply.js';
import { registrationBody } from '../transaction-body.js';
import { validator } from '../validation.js';
import { waitMsOf } from '../waiting.js';
import { type RegisterBody, registerSchema } from './register.schema.js';

const readRegister = validator<RegisterBody>(registerSchema);

@Controller('v1/transactions')
export class RegisterController {
  constructor(private readonly backend: Backend) {}

  @Post(':gid/branches')
  async register(@Param('gid') gidText: string, @Query() query: unknown, @Body() raw: unknown, @Res() reply: FastifyReply): Promise<void> {
    const gid = readGid(gidText);
    readQuery(query, []);
    const body = readRegister(raw);
    const engine = this.backend.engine();
    await this.backend.ownership.check(reply, gid, engine);
    const branch = this.branchOf(body);
    const waitMs = branch.run === 'self' ? 0 : waitMsOf(body.timeoutMs, this.backend.limits);
    const result = await engine.register(gid, { branch, waitMs });
    const status = result.kind === 'repeated' ? 200 : 201;
    sendJson(reply.header('etag', `"${result.view.version}"`), status, registrationBody(result.view, registeredBranch(result, branch.id)));
  }

  private branchOf(body: RegisterBody): BranchDefinition {
    const { timeoutMs: _timeoutMs, ...content } = body;
    return {
      id: branchIdOf(body, ''),
      endpoint: endpointOf(body, '', this.backend),
      payload: payloadOf(body, '', this.backend),
      after: body.after ?? [],
      compensate: 'default',
      pivot: false,
      run: body.run ?? 'coordinator',
      hash: contentHash(content),
    };
  }
}

/** The branch with its forward op as the engine just saw it: memory may be ahead of the durable view. */
function registeredBranch(result: RegisterResult, id: string): BranchView {
  const branch = result.view.branches.find((one) => one.id === id);
  if (branch === undefined) throw new Error(`The engine registered branch ${id} but does not show it`);
  return { ...branch, forward: result.forward };
}
