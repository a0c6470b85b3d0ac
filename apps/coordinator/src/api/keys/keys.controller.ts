/** `/v1/keys`: who may call, by API key; and `GET /v1/me`: who the caller is. */
import { Body, Controller, Get, Param, Post, Query, Res } from '@nestjs/common';
import type { FastifyReply } from 'fastify';
import { principalOf } from '../../access/index.js';
import { Administration } from '../../admin/index.js';
import { ApiError } from '../../errors/index.js';
import { idInPath, momentOf, readLimit, readPosition, readQuery } from '../path.js';
import { sendJson } from '../reply.js';
import { type ReasonBody, reasonOnlySchema } from '../schemas/common.js';
import { validator } from '../validation.js';
import { keyBody } from './key-body.js';
import { type MakeKeyBody, MOST_LISTED, makeKeySchema } from './keys.schema.js';

const readMakeKey = validator<MakeKeyBody>(makeKeySchema);
const readRevokeKey = validator<ReasonBody>(reasonOnlySchema);

@Controller('v1')
export class KeysController {
  constructor(private readonly administration: Administration) {}

  @Get('me')
  me(@Query() query: unknown, @Res() reply: FastifyReply): void {
    readQuery(query, []);
    sendJson(reply, 200, principalOf(reply));
  }

  @Post('keys')
  async make(@Query() query: unknown, @Body() raw: unknown, @Res() reply: FastifyReply): Promise<void> {
    readQuery(query, []);
    const { principal, role, expiresAt } = readMakeKey(raw);
    const made = await this.administration
      .keys()
      .make({ principal, role, expiresAtMs: readExpiry(expiresAt), by: principalOf(reply).name });
    sendJson(reply, 201, { ...keyBody(made), key: made.key });
  }

  @Get('keys')
  async list(@Query() query: unknown, @Res() reply: FastifyReply): Promise<void> {
    const { after, limit } = readQuery(query, ['after', 'limit']);
    const most = readLimit(limit, MOST_LISTED);
    const keys = await this.administration.keys().list(readPosition('after', after), most);
    sendJson(reply, 200, { items: keys.map(keyBody), next: keys.length < most ? null : (keys.at(-1)?.id ?? null) });
  }

  @Post('keys/:key/revoke')
  async revoke(
    @Param('key', idInPath) id: string,
    @Query() query: unknown,
    @Body() raw: unknown,
    @Res() reply: FastifyReply,
  ): Promise<void> {
    readQuery(query, []);
    const { reason } = readRevokeKey(raw);
    sendJson(reply, 200, keyBody(await this.administration.keys().revoke(id, principalOf(reply).name, reason)));
  }
}

/** RFC 3339; the schema has checked the form, and what it means is checked here. */
function readExpiry(text: string | undefined): number | null {
  if (text === undefined) return null;
  const atMs = momentOf(text);
  if (Number.isNaN(atMs)) throw new ApiError('invalid_request', '"/expiresAt" is not a moment.', { pointer: '/expiresAt' });
  return atMs;
}
