/** `/v1/escalation-rules`: of what somebody is told; `/v1/alerts`: what they were told. */
import type { EscalationAlert, EscalationDelivery, EscalationRule } from '@assent/store';
import { participantKeyProblem } from '@assent/transport';
import { Body, Controller, Get, Param, Post, Query, Res } from '@nestjs/common';
import type { FastifyReply } from 'fastify';
import { principalOf } from '../../access/index.js';
import { Administration } from '../../admin/index.js';
import { ApiError } from '../../errors/index.js';
import { idInPath, readLimit, readPosition, readQuery } from '../path.js';
import { sendJson } from '../reply.js';
import { type ReasonBody, reasonOnlySchema } from '../schemas/common.js';
import { isoTime } from '../transaction-body.js';
import { validator } from '../validation.js';
import {
  type AcknowledgeBody,
  acknowledgeSchema,
  MOST_LISTED,
  type RuleBody,
  ruleDefaults,
  ruleSchema,
  STATES,
} from './escalation.schema.js';

const readRule = validator<RuleBody>(ruleSchema);
const readAcknowledgement = validator<AcknowledgeBody>(acknowledgeSchema);
const readRemoval = validator<ReasonBody>(reasonOnlySchema);
const readNothing = validator<object>({ type: 'object', additionalProperties: false, properties: {} });

@Controller('v1')
export class EscalationController {
  constructor(private readonly administration: Administration) {}

  @Get('escalation-rules')
  async rules(@Query() query: unknown, @Res() reply: FastifyReply): Promise<void> {
    readQuery(query, []);
    await this.sendRules(reply);
  }

  @Post('escalation-rules')
  async put(@Query() query: unknown, @Body() raw: unknown, @Res() reply: FastifyReply): Promise<void> {
    readQuery(query, []);
    const { signingKey = null, escalationUrl = null, enabled = true, ...rule } = readRule(raw);
    const problem = signingKey === null ? null : participantKeyProblem(signingKey);
    if (problem !== null) throw new ApiError('invalid_request', problem, { pointer: '/signingKey' });
    const asked = { ...ruleDefaults, ...rule, signingKey, escalationUrl, enabled };
    const put = await this.administration.escalations().put(asked, principalOf(reply).name);
    sendJson(reply, 200, { ...ruleBody(put), signingKey: put.signingKey });
  }

  @Post('escalation-rules/:rule/remove')
  async remove(
    @Param('rule', idInPath) name: string,
    @Query() query: unknown,
    @Body() raw: unknown,
    @Res() reply: FastifyReply,
  ): Promise<void> {
    readQuery(query, []);
    const { reason } = readRemoval(raw);
    await this.administration.escalations().remove(name, principalOf(reply).name, reason);
    await this.sendRules(reply);
  }

  @Post('escalation-rules/:rule/test')
  async test(
    @Param('rule', idInPath) name: string,
    @Query() query: unknown,
    @Body() raw: unknown,
    @Res() reply: FastifyReply,
  ): Promise<void> {
    readQuery(query, []);
    readNothing(raw);
    sendJson(reply, 200, deliveryBody(await this.administration.escalations().test(name, principalOf(reply).name)));
  }

  @Get('escalation-rules/:rule/deliveries')
  async ruleDeliveries(@Param('rule', idInPath) rule: string, @Query() query: unknown, @Res() reply: FastifyReply): Promise<void> {
    readQuery(query, []);
    const deliveries = await this.administration.escalations().deliveries({ rule }, MOST_LISTED);
    sendJson(reply, 200, { items: deliveries.map(deliveryBody) });
  }

  @Get('alerts')
  async alerts(@Query() query: unknown, @Res() reply: FastifyReply): Promise<void> {
    const { state, after, limit } = readQuery(query, ['state', 'after', 'limit']);
    const most = readLimit(limit, MOST_LISTED);
    const alerts = await this.administration.escalations().alerts(readState(state), readPosition('after', after), most);
    sendJson(reply, 200, { items: alerts.map(alertBody), next: alerts.length < most ? null : (alerts.at(-1)?.id ?? null) });
  }

  @Post('alerts/:alert/acknowledge')
  async acknowledge(
    @Param('alert', idInPath) id: string,
    @Query() query: unknown,
    @Body() raw: unknown,
    @Res() reply: FastifyReply,
  ): Promise<void> {
    readQuery(query, []);
    const { comment } = readAcknowledgement(raw);
    sendJson(reply, 200, alertBody(await this.administration.escalations().acknowledge(id, principalOf(reply).name, comment)));
  }

  @Get('alerts/:alert/deliveries')
  async alertDeliveries(@Param('alert', idInPath) alert: string, @Query() query: unknown, @Res() reply: FastifyReply): Promise<void> {
    readQuery(query, []);
    const deliveries = await this.administration.escalations().deliveries({ alert }, MOST_LISTED);
    sendJson(reply, 200, { items: deliveries.map(deliveryBody) });
  }

  private async sendRules(reply: FastifyReply): Promise<void> {
    const rules = await this.administration.escalations().rules();
    sendJson(reply, 200, { items: rules.map(ruleBody) });
  }
}

function readState(text: string | undefined): EscalationAlert['state'] | null {
  if (text === undefined) return null;
  const state = STATES.find((one) => one === text);
  if (state === undefined) throw new ApiError('invalid_query', `"state" must be one of ${STATES.join(', ')}.`);
  return state;
}

const moment = (atMs: number | null) => (atMs === null ? null : isoTime(atMs));

function ruleBody({ signingKey: _signingKey, createdAtMs, ...rule }: EscalationRule): object {
  return { ...rule, createdAt: isoTime(createdAtMs) };
}

function alertBody(alert: EscalationAlert): object {
  const { openKey: _openKey, openedAtMs, nextAtMs, acknowledgedAtMs, resolvedAtMs, ...rest } = alert;
  return {
    ...rest,
    openedAt: isoTime(openedAtMs),
    nextAt: moment(nextAtMs),
    acknowledgedAt: moment(acknowledgedAtMs),
    resolvedAt: moment(resolvedAtMs),
  };
}

function deliveryBody({ atMs, ...delivery }: EscalationDelivery): object {
  return { ...delivery, at: isoTime(atMs) };
}
