/** `POST /v1/transactions/{gid}/submit`: the initiator decides to commit. */
import { Body, Controller, Param, Post, Query, Res } from '@nestjs/common';
import type { FastifyReply } from 'fastify';
import { principalOf } from '../../access/index.js';
import { Backend } from '../backend.js';
import { readGid, readQuery } from '../path.js';
import { sendDecided } from '../reply.js';
import { validator } from '../validation.js';
import { type SubmitBody, submitSchema } from './submit.schema.js';

const readSubmit = validator<SubmitBody>(submitSchema);

@Controller('v1/transactions')
export class SubmitController {
  constructor(private readonly backend: Backend) {}

  @Post(':gid/submit')
  async submit(@Param('gid') gidText: string, @Query() query: unknown, @Body() raw: unknown, @Res() reply: FastifyReply): Promise<void> {
    const gid = readGid(gidText);
    readQuery(query, []);
    const body = readSubmit(raw);
    const engine = this.backend.engine();
    await this.backend.ownership.check(reply, gid, engine);
    const { view } = await engine.submit(gid, { branches: body.branches, by: principalOf(reply).name });
    await sendDecided(reply, view, body, this.backend);
  }
}
