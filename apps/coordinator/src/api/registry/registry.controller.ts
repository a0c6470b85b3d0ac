/** `POST /v1/registry/announcements` and `GET /v1/registry`. */
import { Body, Controller, Get, Headers, Post, Query, Res } from '@nestjs/common';
import type { FastifyReply } from 'fastify';
import type { SignatureHeaders } from '../../registry/index.js';
import { Operations } from '../operations.js';
import { readQuery } from '../path.js';
import { sendJson } from '../reply.js';
import { readAnnouncement } from './read-announcement.js';

@Controller('v1/registry')
export class RegistryController {
  constructor(private readonly operations: Operations) {}

  @Post('announcements')
  async announce(
    @Headers() headers: Readonly<Record<string, string | undefined>>,
    @Query() query: unknown,
    @Body() body: unknown,
    @Res() reply: FastifyReply,
  ): Promise<void> {
    readQuery(query, []);
    const announcement = readAnnouncement(body);
    sendJson(reply, 200, await this.operations.registryDesk().announce(announcement, signatureIn(headers)));
  }

  @Get()
  async read(@Query() query: unknown, @Res() reply: FastifyReply): Promise<void> {
    readQuery(query, []);
    sendJson(reply, 200, await this.operations.registryDesk().read());
  }
}

/** What is missing is empty, and signs nothing. */
function signatureIn(headers: Readonly<Record<string, string | undefined>>): SignatureHeaders {
  const { 'webhook-id': id = '', 'webhook-timestamp': timestamp = '', 'webhook-signature': signature = '' } = headers;
  return { id, timestamp, signature };
}
