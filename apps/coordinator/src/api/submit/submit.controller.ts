/** `POST /v1/transactions/{gid}/submit`: the initiator decides to commit. */
import { Body, Controller, Param, Post, Query, Res } from '@nestjs/common';
import type { FastifyReply } from 'fastify';
import { Backend } from '../backend.js';
import { readGid, readQuery } from '../path.js';
import { LOCAL } from '../principal.js';
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
    const { view } = await this.backend.engine().submit(gid, { branches: body.branches, by: LOCAL });
    await sendDecided(reply, view, body, this.backend);
  }
}
