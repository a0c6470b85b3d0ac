/** `GET /v1/transactions/{gid}/actions` and `POST /v1/transactions/{gid}/actions/{name}`: what may be done by hand, and doing it. */
import { Body, Controller, Get, Param, Post, Query, Res } from '@nestjs/common';
import type { FastifyReply } from 'fastify';
import { type Principal, principalOf } from '../../access/index.js';
import { Administration, type AskedAction } from '../../admin/index.js';
import { ApiError } from '../../errors/index.js';
import { readGid, readQuery } from '../path.js';
import { sendJson } from '../reply.js';
import { isoTime } from '../transaction-body.js';
import { readAction } from './action.schema.js';
import { ActionDesk, readName } from './action-desk.js';
import { actionCatalogue } from './catalogue.js';
import { readDryRun, readIdempotencyKey, readIfMatch } from './preconditions.js';

@Controller('v1/transactions')
export class ActionsController {
  constructor(
    private readonly desk: ActionDesk,
    private readonly administration: Administration,
  ) {}

  @Get(':gid/actions')
  async list(@Param('gid') gidText: string, @Query() query: unknown, @Res() reply: FastifyReply): Promise<void> {
    const gid = readGid(gidText);
    readQuery(query, []);
    const { view, actions } = await this.desk.list(gid);
    const { status, version } = view;
    sendJson(reply.header('etag', `"${version}"`), 200, { gid, status, version, actions });
  }

  @Post(':gid/actions/:name')
  async act(
    @Param('gid') gidText: string,
    @Param('name') nameText: string,
    @Query() query: unknown,
    @Body() raw: unknown,
    @Res() reply: FastifyReply,
  ): Promise<void> {
    const gid = readGid(gidText);
    const asks = readQuery(query, ['dryRun']);
    const name = readName(nameText);
    const { reason, dryRun = readDryRun(asks.dryRun), ...parameters } = readAction[name](raw);
    const { headers } = reply.request;
    const idempotencyKey = readIdempotencyKey(headers);
    const asked = { gid, action: name, reason, version: readIfMatch(headers), parameters };
    const by = principalOf(reply);
    const { roles } = actionCatalogue[name];
    if (!roles.includes(by.role)) throw new ApiError('forbidden', `The role ${by.role} may not do this; ${roles.join(' or ')} may.`);
    if (dryRun) {
      sendJson(reply, 200, await this.desk.preview(asked, by));
      return;
    }
    const demanded = parameters.force === true ? [name, 'force'] : [name];
    if (await this.administration.approvals().areDemanded(demanded, by.role)) {
      await this.sendRequest(reply, asked, demanded, by);
      return;
    }
    const { status, body } = await this.desk.act(asked, { requestedBy: by, approvedBy: null, idempotencyKey });
    sendJson(reply, status, body);
  }

  /** A second person has to agree first. */
  private async sendRequest(reply: FastifyReply, asked: AskedAction, demanded: readonly string[], by: Principal): Promise<void> {
    const { id, expiresAtMs } = await this.administration.approvals().request(asked, demanded, by);
    sendJson(reply, 202, {
      action: asked.action,
      outcome: 'approval_requested',
      approval: id,
      expiresAt: isoTime(expiresAtMs),
      links: { approval: `/v1/approvals/${id}` },
    });
  }
}
