/** `GET /v1/transactions/{gid}/timeline`: what happened, in a sentence, moment by moment, and as data. */
import { headlineOf, momentInWords, momentsOf, type TransactionView } from '@assent/protocol';
import { Controller, Get, Param, Query, Res } from '@nestjs/common';
import type { FastifyReply } from 'fastify';
import { Backend } from '../backend.js';
import { readHistory } from '../history.js';
import { attentionBody } from '../list/list-body.js';
import { Operations } from '../operations.js';
import { readGid, readQuery } from '../path.js';
import { sendJson } from '../reply.js';
import { isoTime } from '../transaction-body.js';

@Controller('v1/transactions')
export class TimelineController {
  constructor(
    private readonly backend: Backend,
    private readonly operations: Operations,
  ) {}

  @Get(':gid/timeline')
  async timeline(@Param('gid') gidText: string, @Query() query: unknown, @Res() reply: FastifyReply): Promise<void> {
    const gid = readGid(gidText);
    readQuery(query, []);
    const engine = this.backend.engine();
    await this.backend.ownership.check(reply, gid, engine);
    const view = await engine.get(gid);
    const { attempts, deeds } = await readHistory(this.operations.history(), gid);
    const attention = (await this.operations.search().attentionOf([gid])).get(gid) ?? [];
    const asOfMs = Date.now();
    const { status, version } = view;
    const body = {
      ...{ gid, status, version },
      asOf: isoTime(asOfMs),
      headline: headlineOf(view, asOfMs, attention),
      attention: attention.map(attentionBody),
      entries: momentsOf(view, attempts, deeds).map((moment) => entryOf(view, moment)),
    };
    sendJson(reply.header('etag', `"${version}"`), 200, body);
  }
}

function entryOf(view: TransactionView, moment: ReturnType<typeof momentsOf>[number]): object {
  const at = moment.known === 'time' ? isoTime(moment.atMs) : null;
  const head = { at, kind: moment.kind, words: momentInWords(view, moment) };
  if (moment.kind === 'call') {
    const { startedAtMs: _startedAtMs, ...call } = moment.call;
    return { ...head, ...call };
  }
  if (moment.kind !== 'deed') return head;
  const { atMs: _atMs, ...deed } = moment.deed;
  return { ...head, ...deed };
}
