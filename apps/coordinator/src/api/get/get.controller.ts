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
    sendTransaction(reply, 200, await this.backend.engine().get(gid));
  }
}
