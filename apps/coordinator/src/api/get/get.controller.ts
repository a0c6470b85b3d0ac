/** `GET /v1/transactions/{gid}`: the durable image, and when asked for what is kept beside it. */
import { Controller, Get, Param, Query, Res } from '@nestjs/common';
import type { FastifyReply } from 'fastify';
import { ApiError } from '../../errors/index.js';
import { Backend } from '../backend.js';
import { attemptBodies, deedBodies } from '../history.js';
import { Operations } from '../operations.js';
import { outsideLinks } from '../outside-links.js';
import { readGid, readQuery } from '../path.js';
import { sendJson, sendTransaction } from '../reply.js';
import { transactionBody } from '../transaction-body.js';

const PARTS = ['attempts', 'audit'] as const;

/** The query parameters, for the documents. */
export const getQuery = {
  include: {
    type: 'string',
    description: 'attempts, audit or both, separated by a comma: failed calls, and what people did; of more than 1,000 the newest.',
  },
} as const;

@Controller('v1/transactions')
export class GetController {
  constructor(
    private readonly backend: Backend,
    private readonly operations: Operations,
  ) {}

  @Get(':gid')
  async get(@Param('gid') gidText: string, @Query() query: unknown, @Res() reply: FastifyReply): Promise<void> {
    const gid = readGid(gidText);
    const { include } = readQuery(query, ['include']);
    const parts = include === undefined ? [] : readParts(include);
    const engine = this.backend.engine();
    await this.backend.ownership.check(reply, gid, engine);
    const view = await engine.get(gid);
    if (parts.length === 0 && this.backend.links.length === 0) {
      sendTransaction(reply, 200, view);
      return;
    }
    const history = this.operations.history();
    const shown = transactionBody(view);
    const body = {
      ...shown,
      links: { ...outsideLinks(this.backend.links, view, Date.now()), ...shown.links },
      ...(parts.includes('attempts') ? { attempts: await attemptBodies(history, gid) } : {}),
      ...(parts.includes('audit') ? { audit: await deedBodies(history, gid) } : {}),
    };
    sendJson(reply.header('etag', `"${view.version}"`), 200, body);
  }
}

function readParts(text: string): readonly (typeof PARTS)[number][] {
  return text.split(',').map((part) => {
    const found = PARTS.find((one) => one === part);
    if (found === undefined) throw new ApiError('invalid_query', '"include" must be attempts, audit or both, separated by a comma.');
    return found;
  });
}
