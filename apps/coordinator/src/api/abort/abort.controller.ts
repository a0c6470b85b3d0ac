/** `POST /v1/transactions/{gid}/abort`: decides to abort. */
import type { AbortRequest } from '@assent/engine';
import { Body, Controller, Param, Post, Query, Res } from '@nestjs/common';
import type { FastifyReply } from 'fastify';
import { principalOf } from '../../access/index.js';
import { Backend } from '../backend.js';
import { readGid, readQuery } from '../path.js';
import { sendDecided } from '../reply.js';
import { validator } from '../validation.js';
import { type AbortBody, abortSchema } from './abort.schema.js';

const readAbort = validator<AbortBody>(abortSchema);

/** The reason's code when the request gives none of its own. */
const BY_REQUEST = 'aborted_by_request';

@Controller('v1/transactions')
export class AbortCommandController {
  constructor(private readonly backend: Backend) {}

  @Post(':gid/abort')
  async abort(@Param('gid') gidText: string, @Query() query: unknown, @Body() raw: unknown, @Res() reply: FastifyReply): Promise<void> {
    const gid = readGid(gidText);
    readQuery(query, []);
    const body = readAbort(raw);
    const engine = this.backend.engine();
    await this.backend.ownership.check(reply, gid, engine);
    const { view } = await engine.abort(gid, reasonOf(body.reason, principalOf(reply).name));
    await sendDecided(reply, view, body, this.backend);
  }
}

function reasonOf(reason: AbortBody['reason'], by: string): AbortRequest {
  if (reason === undefined) return { code: BY_REQUEST, message: '', by };
  if (typeof reason === 'string') return { code: BY_REQUEST, message: reason, by };
  return { code: reason.code, message: reason.message ?? '', by };
}
