/** `/v1/audit`: who did what, and whether the record of it is whole. */
import type { AuditRow } from '@assent/engine';
import { type ChainHead, chainHeadIn } from '@assent/store';
import { Controller, Get, Query, Res } from '@nestjs/common';
import type { FastifyReply } from 'fastify';
import { Administration } from '../../admin/index.js';
import { ApiError } from '../../errors/index.js';
import { readGid, readLimit, readMoment, readPosition, readQuery } from '../path.js';
import { sendJson } from '../reply.js';
import { isoTime } from '../transaction-body.js';
import { MOST_LISTED } from './audit.routes.js';

@Controller('v1/audit')
export class AuditController {
  constructor(private readonly administration: Administration) {}

  @Get()
  async list(@Query() query: unknown, @Res() reply: FastifyReply): Promise<void> {
    const { gid, principal, from, to, before, limit } = readQuery(query, ['gid', 'principal', 'from', 'to', 'before', 'limit']);
    const most = readLimit(limit, MOST_LISTED);
    const rows = await this.administration.audit().find({
      ...(gid !== undefined && { gid: readGid(gid) }),
      ...(principal !== undefined && { principal }),
      ...(from !== undefined && { fromMs: readMoment('from', from) }),
      ...(to !== undefined && { toMs: readMoment('to', to) }),
      ...(before !== undefined && { beforeId: readPosition('before', before) }),
      limit: most,
    });
    sendJson(reply, 200, { items: rows.map(bodyOf), next: rows.length < most ? null : (rows.at(-1)?.id ?? null) });
  }

  @Get('head')
  async head(@Query() query: unknown, @Res() reply: FastifyReply): Promise<void> {
    readQuery(query, []);
    sendJson(reply, 200, { head: await this.administration.audit().head() });
  }

  @Get('verify')
  async verify(@Query() query: unknown, @Res() reply: FastifyReply): Promise<void> {
    const { kept } = readQuery(query, ['kept']);
    sendJson(reply, 200, await this.administration.audit().verify(kept === undefined ? null : readKept(kept)));
  }
}

/** A head that was kept: `seq:hash`, as the log and `GET /v1/audit/head` had it. */
function readKept(text: string): ChainHead {
  const head = chainHeadIn(text);
  if (head === null) throw new ApiError('invalid_query', 'kept must be a head that was kept, as 42:<64 hex digits>.');
  return head;
}

function bodyOf({ id, gid, atMs, principal, action, reason, detail }: AuditRow): object {
  return { id, gid: gid === '' ? null : gid, at: isoTime(atMs), principal, action, reason, detail: readDetail(detail) };
}

/** Details are JSON, cut where they are too long for their column. */
function readDetail(text: string): unknown {
  try {
    return JSON.parse(text) as unknown;
  } catch {
    return text;
  }
}
