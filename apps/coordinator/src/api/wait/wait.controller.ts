/** `GET /v1/transactions/{gid}/wait`: the transaction once it is decided or final, or as it stands when time runs out. */
import { Controller, Get, Param, Query, Res } from '@nestjs/common';
import type { FastifyReply } from 'fastify';
import { ApiError } from '../../errors/index.js';
import { Backend } from '../backend.js';
import { readGid, readQuery } from '../path.js';
import { sendTransaction } from '../reply.js';
import { DEFAULT_WAIT_MS, type Milestone, timeoutSchema, waitSchema } from '../schemas/common.js';
import { hasReached, waitMsOf } from '../waiting.js';

/** The query parameters, for the OpenAPI document. */
export const waitQuery = { until: waitSchema, timeoutMs: timeoutSchema } as const;

@Controller('v1/transactions')
export class WaitController {
  constructor(private readonly backend: Backend) {}

  @Get(':gid/wait')
  async wait(@Param('gid') gidText: string, @Query() query: unknown, @Res() reply: FastifyReply): Promise<void> {
    const gid = readGid(gidText);
    const asked = readQuery(query, ['until', 'timeoutMs']);
    const until = readMilestone(asked.until);
    const timeoutMs = waitMsOf(readTimeout(asked.timeoutMs), this.backend.limits);
    const engine = this.backend.engine();
    await this.backend.ownership.check(reply, gid, engine);
    const view = await engine.wait(gid, { until, timeoutMs });
    sendTransaction(reply, hasReached(view, until) ? 200 : 202, view);
  }
}

function readMilestone(text = 'final'): Milestone {
  const found = waitSchema.enum.find((one) => one === text);
  if (found === undefined) throw new ApiError('invalid_query', '"until" must be decided or final.');
  return found;
}

function readTimeout(text = String(DEFAULT_WAIT_MS)): number {
  const value = /^[0-9]{1,9}$/.test(text) ? Number(text) : Number.NaN;
  if (value <= timeoutSchema.maximum) return value;
  throw new ApiError('invalid_query', `"timeoutMs" must be a whole number of milliseconds from 0 to ${timeoutSchema.maximum}.`);
}
