/** `/v1/participants`: who is called, how they are doing, and what operators order about them. */
import type { ParticipantOrder } from '@assent/engine';
import { Body, Controller, Get, Param, Post, Query, Res } from '@nestjs/common';
import type { FastifyReply } from 'fastify';
import { principalOf } from '../../access/index.js';
import { ApiError } from '../../errors/index.js';
import { Operations } from '../operations.js';
import { readQuery } from '../path.js';
import { sendJson } from '../reply.js';
import { type ReasonBody, reasonOnlySchema } from '../schemas/common.js';
import { validator } from '../validation.js';
import type { ParticipantSheet } from './participant-desk.js';
import { participantBody, participantsBody } from './participants-body.js';

const readOrder = validator<ReasonBody>(reasonOnlySchema);

@Controller('v1/participants')
export class ParticipantsController {
  constructor(private readonly operations: Operations) {}

  @Get()
  async list(@Query() query: unknown, @Res() reply: FastifyReply): Promise<void> {
    readQuery(query, []);
    sendJson(reply, 200, participantsBody(await this.operations.participantDesk().read()));
  }

  @Get(':name')
  async one(@Param('name') name: string, @Query() query: unknown, @Res() reply: FastifyReply): Promise<void> {
    readQuery(query, []);
    sendJson(reply, 200, participantBody(await this.sheetOf(name)));
  }

  @Post(':name/pause')
  pause(@Param('name') name: string, @Query() query: unknown, @Body() body: unknown, @Res() reply: FastifyReply): Promise<void> {
    return this.carryOut('pause', name, query, body, reply);
  }

  @Post(':name/resume')
  resume(@Param('name') name: string, @Query() query: unknown, @Body() body: unknown, @Res() reply: FastifyReply): Promise<void> {
    return this.carryOut('resume', name, query, body, reply);
  }

  @Post(':name/breaker/reset')
  reset(@Param('name') name: string, @Query() query: unknown, @Body() body: unknown, @Res() reply: FastifyReply): Promise<void> {
    return this.carryOut('reset', name, query, body, reply);
  }

  @Post(':name/wake')
  wake(@Param('name') name: string, @Query() query: unknown, @Body() body: unknown, @Res() reply: FastifyReply): Promise<void> {
    return this.carryOut('wake', name, query, body, reply);
  }

  private async carryOut(kind: ParticipantOrder['kind'], name: string, query: unknown, body: unknown, reply: FastifyReply): Promise<void> {
    readQuery(query, []);
    const { reason } = readOrder(body);
    // Only of one that is known: a name with a typing error must not look obeyed.
    const { name: participant } = await this.sheetOf(name);
    await this.operations.participantDesk().order({ kind, participant, by: principalOf(reply).name, reason });
    sendJson(reply, 200, participantBody(await this.sheetOf(participant)));
  }

  private async sheetOf(name: string): Promise<ParticipantSheet> {
    const { sheets } = await this.operations.participantDesk().read();
    const found = sheets.find((sheet) => sheet.name === name);
    if (found === undefined) throw new ApiError('participant_not_found', `There is no participant "${name.slice(0, 64)}".`);
    return found;
  }
}
