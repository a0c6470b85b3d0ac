/** `/v1/approvals`: what waits for a second person; `/v1/approval-rules`: what has to. */
import type { ApprovalRequest } from '@assent/store';
import { Body, Controller, Get, Param, Post, Query, Res } from '@nestjs/common';
import type { FastifyReply } from 'fastify';
import { principalOf } from '../../access/index.js';
import { Administration, type AskedAction } from '../../admin/index.js';
import { ApiError } from '../../errors/index.js';
import { idInPath, readLimit, readPosition, readQuery } from '../path.js';
import { sendJson } from '../reply.js';
import { type ReasonBody, reasonOnlySchema } from '../schemas/common.js';
import { isoTime } from '../transaction-body.js';
import { validator } from '../validation.js';
import { DEFAULT_TTL_MS, type DecisionBody, decisionSchema, MOST_LISTED, type RuleBody, ruleSchema, STATES } from './approval.schema.js';

const readDecision = validator<DecisionBody>(decisionSchema);
const readRule = validator<RuleBody>(ruleSchema);
const readRemoval = validator<ReasonBody>(reasonOnlySchema);

@Controller('v1')
export class ApprovalController {
  constructor(private readonly administration: Administration) {}

  @Get('approvals')
  async list(@Query() query: unknown, @Res() reply: FastifyReply): Promise<void> {
    const { state, after, limit } = readQuery(query, ['state', 'after', 'limit']);
    const most = readLimit(limit, MOST_LISTED);
    const requests = await this.administration.approvals().list(readState(state), readPosition('after', after), most);
    sendJson(reply, 200, { items: requests.map(bodyOf), next: requests.length < most ? null : (requests.at(-1)?.id ?? null) });
  }

  @Get('approvals/:id')
  async show(@Param('id', idInPath) id: string, @Query() query: unknown, @Res() reply: FastifyReply): Promise<void> {
    readQuery(query, []);
    const { request, now } = await this.administration.approvals().show(id);
    sendJson(reply, 200, { ...bodyOf(request), now });
  }

  @Post('approvals/:id/approve')
  async approve(
    @Param('id', idInPath) id: string,
    @Query() query: unknown,
    @Body() raw: unknown,
    @Res() reply: FastifyReply,
  ): Promise<void> {
    readQuery(query, []);
    const { comment } = readDecision(raw);
    sendJson(reply, 200, bodyOf(await this.administration.approvals().approve(id, principalOf(reply), comment)));
  }

  @Post('approvals/:id/reject')
  async reject(
    @Param('id', idInPath) id: string,
    @Query() query: unknown,
    @Body() raw: unknown,
    @Res() reply: FastifyReply,
  ): Promise<void> {
    readQuery(query, []);
    const { comment } = readDecision(raw);
    sendJson(reply, 200, bodyOf(await this.administration.approvals().reject(id, principalOf(reply), comment)));
  }

  @Get('approval-rules')
  async rules(@Query() query: unknown, @Res() reply: FastifyReply): Promise<void> {
    readQuery(query, []);
    await this.sendRules(reply);
  }

  @Post('approval-rules')
  async demand(@Query() query: unknown, @Body() raw: unknown, @Res() reply: FastifyReply): Promise<void> {
    readQuery(query, []);
    const { action, role, ttlMs = DEFAULT_TTL_MS } = readRule(raw);
    await this.administration.approvals().demand(action, role, ttlMs, principalOf(reply).name);
    await this.sendRules(reply);
  }

  @Post('approval-rules/:action/:role/remove')
  async remove(
    @Param('action', idInPath) action: string,
    @Param('role', idInPath) role: string,
    @Query() query: unknown,
    @Body() raw: unknown,
    @Res() reply: FastifyReply,
  ): Promise<void> {
    readQuery(query, []);
    const { reason } = readRemoval(raw);
    const wasThere = await this.administration.approvals().demandNoMore(action, role, principalOf(reply).name, reason);
    if (!wasThere)
      throw new ApiError('approval_not_found', `No rule demands a second person for ${action.slice(0, 40)} of ${role.slice(0, 40)}.`);
    await this.sendRules(reply);
  }

  private async sendRules(reply: FastifyReply): Promise<void> {
    const rules = await this.administration.approvals().rules();
    sendJson(reply, 200, { items: rules.map(({ createdAtMs, ...rule }) => ({ ...rule, createdAt: isoTime(createdAtMs) })) });
  }
}

function readState(text: string | undefined): ApprovalRequest['state'] | null {
  if (text === undefined) return null;
  const state = STATES.find((one) => one === text);
  if (state === undefined) throw new ApiError('invalid_query', `"state" must be one of ${STATES.join(', ')}.`);
  return state;
}

/** The body of one request. */
function bodyOf(request: ApprovalRequest): object {
  const { id, gid, action, reason, requestedBy, state, decidedBy, comment, decidedAtMs, outcome } = request;
  return {
    ...{ id, gid, action, reason },
    parameters: (JSON.parse(request.request) as AskedAction).parameters,
    preview: JSON.parse(request.preview) as object,
    requestedBy,
    requestedAt: isoTime(request.requestedAtMs),
    expiresAt: isoTime(request.expiresAtMs),
    ...{ state, decidedBy, comment },
    decidedAt: decidedAtMs === null ? null : isoTime(decidedAtMs),
    outcome: outcome === null ? null : (JSON.parse(outcome) as object),
  };
}
