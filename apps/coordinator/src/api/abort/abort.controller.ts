/**
 * `POST /v1/transactions/{gid}/abort`: decides to abort. It is a command of whoever began the transaction; from anybody else it is the action `abort`
 * under another name, and what holds for that holds here: the audit tells of it, and a rule of approval is not passed by on this way.
 */
import { type AbortRequest, EngineError } from '@assent/engine';
import type { TransactionView } from '@assent/protocol';
import { Body, Controller, Param, Post, Query, Res } from '@nestjs/common';
import type { FastifyReply } from 'fastify';
import { LOCAL, type Principal, principalOf } from '../../access/index.js';
import { Administration } from '../../admin/index.js';
import { ApiError } from '../../errors/index.js';
import { Backend } from '../backend.js';
import { newGid } from '../gid.js';
import { Operations } from '../operations.js';
import { readGid, readQuery } from '../path.js';
import { sendDecided } from '../reply.js';
import { validator } from '../validation.js';
import { type AbortBody, abortSchema } from './abort.schema.js';

const readAbort = validator<AbortBody>(abortSchema);

/** The reason's code when the request gives none of its own. */
const BY_REQUEST = 'aborted_by_request';
const ACTION = 'abort';

@Controller('v1/transactions')
export class AbortCommandController {
  constructor(
    private readonly backend: Backend,
    private readonly operations: Operations,
    private readonly administration: Administration,
  ) {}

  @Post(':gid/abort')
  async abort(@Param('gid') gidText: string, @Query() query: unknown, @Body() raw: unknown, @Res() reply: FastifyReply): Promise<void> {
    const gid = readGid(gidText);
    readQuery(query, []);
    const body = readAbort(raw);
    const engine = this.backend.engine();
    await this.backend.ownership.check(reply, gid, engine);
    const by = principalOf(reply);
    const asked = reasonOf(body.reason, by.name);
    const isByHand = await this.isOfSomebodyElse(gid, by);
    const { view } = isByHand ? await this.abortByHand(gid, asked, by) : await engine.abort(gid, asked);
    await sendDecided(reply, view, body, this.backend);
  }

  /** A service has been let through because it drives the transaction; and there is nobody else than `local`. */
  private async isOfSomebodyElse(gid: string, { name, role }: Principal): Promise<boolean> {
    if (role === 'service' || name === LOCAL.name) return false;
    const creator = await this.backend.engine().creatorOf(gid, name);
    return creator !== null && creator !== name;
  }

  private async abortByHand(gid: string, { code, message }: AbortRequest, by: Principal): Promise<{ readonly view: TransactionView }> {
    const interventions = this.operations.interventions();
    const told = { id: newGid(), by: by.name, reason: message, remarks: {} };
    if (await this.administration.approvals().areDemanded([ACTION], by.role)) {
      const detail = `For somebody with the role ${by.role}, ${ACTION} needs a second person.`;
      await interventions.noteRefusal(gid, { ...told, action: ACTION, refusal: { code: 'abort_needs_approval', detail } });
      throw new ApiError('abort_needs_approval', detail, { gid });
    }
    const result = await interventions.intervene(gid, { ...told, intervention: { kind: ACTION, code, message }, ifVersion: null });
    if (result.kind !== 'recorded') return result;
    throw new EngineError('outcome_unknown', 'The node that drives it was asked, and has not answered yet.', { gid, retryAfterMs: 1_000 });
  }
}

function reasonOf(reason: AbortBody['reason'], by: string): AbortRequest {
  if (reason === undefined) return { code: BY_REQUEST, message: '', by };
  if (typeof reason === 'string') return { code: BY_REQUEST, message: reason, by };
  return { code: reason.code, message: reason.message ?? '', by };
}
