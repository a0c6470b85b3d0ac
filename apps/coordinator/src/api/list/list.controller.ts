/** `GET /v1/transactions`: a page of what was asked for, and with the first page how many there are and what needs attention. */
import { Controller, Get, Query, Res } from '@nestjs/common';
import type { FastifyReply } from 'fastify';
import { principalOf, scopeOf } from '../../access/index.js';
import { Operations } from '../operations.js';
import { sendJson } from '../reply.js';
import { type CountsBody, countsBody, listBody } from './list-body.js';
import { type ListRequest, readListQuery } from './list-query.js';

@Controller('v1/transactions')
export class ListController {
  constructor(private readonly operations: Operations) {}

  @Get()
  async list(@Query() query: unknown, @Res() reply: FastifyReply): Promise<void> {
    const scope = scopeOf(principalOf(reply));
    const request = within(scope, readListQuery(query));
    const page = await this.operations.search().page(request);
    sendJson(reply, 200, listBody(page, await this.countsWith(request, scope)));
  }

  /** Counting looks at many rows: it goes with the first page alone. Who sees only what is its own is told nothing of what others wait for. */
  private async countsWith({ filter, after }: ListRequest, scope: string | null): Promise<CountsBody | null> {
    if (after !== null) return null;
    const search = this.operations.search();
    return countsBody(await search.count(filter), scope === null ? await search.attentionCounts() : []);
  }
}

/** Only what this principal began, where it may see nothing else. */
function within(scope: string | null, request: ListRequest): ListRequest {
  return scope === null ? request : { ...request, filter: { ...request.filter, createdBy: scope } };
}
