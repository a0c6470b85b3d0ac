/** `GET /v1/transactions`: a page of what was asked for, and with the first page how many there are and what needs attention. */
import { Controller, Get, Query, Res } from '@nestjs/common';
import type { FastifyReply } from 'fastify';
import { principalOf, scopeOf } from '../../access/index.js';
import { Backend } from '../backend.js';
import { Operations } from '../operations.js';
import { sendJson } from '../reply.js';
import { type CountsBody, countsBody, listBody } from './list-body.js';
import { type ListRequest, readListQuery } from './list-query.js';

@Controller('v1/transactions')
export class ListController {
  constructor(
    private readonly operations: Operations,
    private readonly backend: Backend,
  ) {}

  @Get()
  async list(@Query() query: unknown, @Res() reply: FastifyReply): Promise<void> {
    const principal = principalOf(reply);
    const scope = scopeOf(principal);
    const seal = this.backend.ownership.sealFor(principal);
    const request = within(scope, readListQuery(query, seal));
    const page = await this.operations.search().page(request);
    sendJson(reply, 200, listBody(page, await this.countsWith(request, scope), seal));
  }

  /**
   * Counting looks at many rows: it goes with the first page alone. Who sees only what is its own is told nothing of others: neither what they wait for, nor
   * how many of theirs were looked at.
   */
  private async countsWith({ filter, after }: ListRequest, scope: string | null): Promise<CountsBody | null> {
    if (after !== null) return null;
    const search = this.operations.search();
    const counts = await search.count(filter);
    if (scope === null) return countsBody(counts, await search.attentionCounts());
    const own = countsBody(counts, []);
    return { ...own, looked: own.matching };
  }
}

/** Only what this principal began, where it may see nothing else. */
function within(scope: string | null, request: ListRequest): ListRequest {
  return scope === null ? request : { ...request, filter: { ...request.filter, createdBy: scope } };
}
