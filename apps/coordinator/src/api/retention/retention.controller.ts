/** `/v1/retention`: for how long what is kept, what would go now, and a round by hand. */
import { Body, Controller, Get, Post, Query, Res } from '@nestjs/common';
import type { FastifyReply } from 'fastify';
import { principalOf } from '../../access/index.js';
import { newGid } from '../gid.js';
import { Operations } from '../operations.js';
import { readQuery } from '../path.js';
import { sendJson } from '../reply.js';
import { validator } from '../validation.js';
import { Housekeeper } from './housekeeper.js';
import { type RetentionBody, retentionSchema } from './retention.schema.js';

const readRetention = validator<RetentionBody>(retentionSchema);

const DAY_MS = 86_400_000;

@Controller('v1/retention')
export class RetentionController {
  constructor(
    private readonly operations: Operations,
    private readonly housekeeper: Housekeeper,
  ) {}

  @Get()
  async show(@Query() query: unknown, @Res() reply: FastifyReply): Promise<void> {
    readQuery(query, []);
    const { keepFinishedMs, retentionMs, keepAuditMs, keepJobsMs } = this.operations.housekeeping().times;
    sendJson(reply, 200, {
      keepFinishedDays: keepFinishedMs / DAY_MS,
      retentionDays: retentionMs / DAY_MS,
      keepAuditDays: keepAuditMs === null ? null : keepAuditMs / DAY_MS,
      keepJobsDays: keepJobsMs / DAY_MS,
      wouldPurge: await this.housekeeper.foresee(),
    });
  }

  @Post('run')
  async run(@Query() query: unknown, @Body() raw: unknown, @Res() reply: FastifyReply): Promise<void> {
    readQuery(query, []);
    const { dryRun } = readRetention(raw);
    if (dryRun === true) {
      sendJson(reply, 200, { outcome: 'dry_run', purged: await this.housekeeper.foresee() });
      return;
    }
    const { name: principal } = principalOf(reply);
    const asked = { id: newGid(), gid: '', atMs: Date.now(), principal, action: 'retention-run', reason: '', detail: '{}' };
    await this.operations.housekeeping().recordAsked(asked);
    const purged = await this.housekeeper.round();
    sendJson(reply, 200, purged === null ? { outcome: 'elsewhere', purged: null } : { outcome: 'done', purged });
  }
}
