/** `GET /v1/transactions/{gid}`: the durable image. */
import { Controller, Get, Param, Query, Res } from '@nestjs/common';
import type { FastifyReply } from 'fastify';
import { Backend } from '../backend.js';
import { readGid, readQuery } from '../path.js';
import { sendTransaction } from '../reply.js';

@Controller('v1/transactions')
export class GetController {
  constructor(private readonly backend: Backend) {}

  @Get(':gid')
  async get(@Param('gid') gidText: string, @Query() query: unknown, @Res() reply: FastifyReply): Promise<void> {
    const gid = readGid(gidText);
    readQuery(query, []);
    const engine = this.backend.engine();
    await this.backend.ownership.check(reply, gid, engine);
    sendTransaction(reply, 200, await engine.get(gid));
  }
}
