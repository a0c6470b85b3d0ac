/** `GET /v1/transactions/{gid}/actions` and `POST /v1/transactions/{gid}/actions/{name}`: what may be done by hand, and doing it. */
import type { ApprovalRequest } from '@assent/store';
import { Body, Controller, Get, Param, Post, Query, Res } from '@nestjs/common';
import type { FastifyReply } from 'fastify';
import { type Principal, principalOf } from '../../access/index.js';
import { Administration, type AskedAction, type Demand } from '../../admin/index.js';
import { ApiError } from '../../errors/index.js';
import { Operations } from '../operations.js';
import { readGid, readQuery } from '../path.js';
import { sendJson } from '../reply.js';
import { isoTime } from '../transaction-body.js';
import { readAction } from './action.schema.js';
import { ActionDesk, readName } from './action-desk.js';
import { actionCatalogue } from './catalogue.js';
import { readDryRun, readIdempotencyKey, readIfMatch } from './preconditions.js';
import { type Answered, once } from './repeats.js';

@Controller('v1/transactions')
export class ActionsController {
  constructor(
    private readonly operations: Operations,
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
    const { reason, dryRun = false, ...parameters } = readAction[name](raw);
    // Where one of the two says that nothing is to change, nothing does.
    const isRehearsal = readDryRun(asks.dryRun) || dryRun;
    const { headers } = reply.request;
    const idempotencyKey = readIdempotencyKey(headers);
    const asked = { gid, action: name, reason, version: readIfMatch(headers), parameters };
    const by = principalOf(reply);
    const { roles } = actionCatalogue[name];
    if (!roles.includes(by.role)) throw new ApiError('forbidden', `The role ${by.role} may not do this; ${roles.join(' or ')} may.`);
    if (isRehearsal) {
      sendJson(reply, 200, await this.desk.preview(asked, by));
      return;
    }
    const demand = await this.administration.approvals().demandOn(parameters.force === true ? [name, 'force'] : [name], by.role);
    if (demand !== null) {
      const { status, body } = await this.request(asked, demand, by, idempotencyKey);
      sendJson(reply, status, body);
      return;
    }
    const { status, body } = await this.desk.act(asked, { requestedBy: by, approvedBy: null, idempotencyKey });
    sendJson(reply, status, body);
  }

  /** A second person has to agree first. One who asks again under their key is told of the request that they have made. */
  private request(asked: AskedAction, demand: Demand, by: Principal, key: string | null): Promise<Answered> {
    const approvals = this.administration.approvals();
    return once(() => this.operations.idempotencyKeys(), {
      principal: by.name,
      key,
      content: asked,
      work: async (id) => requested(await approvals.request(asked, demand, by, id)),
      lookBack: async (id) => {
        const kept = await approvals.lookBack(id);
        return kept === null ? null : requested(kept);
      },
    });
  }
}

function requested({ id, action, expiresAtMs }: ApprovalRequest): Answered {
  const links = { approval: `/v1/approvals/${id}` };
  return { status: 202, body: { action, outcome: 'approval_requested', approval: id, expiresAt: isoTime(expiresAtMs), links } };
}
