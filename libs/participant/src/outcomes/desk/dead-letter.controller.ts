/** The operator's requests about dead letters. */
import { Body, Controller, Get, Header, HttpCode, Inject, Param, Post, Query, UseGuards } from '@nestjs/common';
import type { DeadLetter, DeadLetterKey, DeadLetterState } from '../inbox/index.js';
import { DeadLetterDesk, NO_LETTER, type Replay, type ReplayReport } from './dead-letter-desk.js';
import { letterProblem } from './letter-problem.js';
import { OperatorGuard } from './operator.guard.js';

/** As it is shown. Times are ISO 8601. */
interface LetterBody extends Omit<DeadLetter, 'failedAtMs' | 'endedAtMs' | 'body'> {
  /** Parsed, when it is JSON. */
  readonly event: unknown;
  readonly failedAt: string;
  readonly endedAt: string | null;
}

interface PageQuery {
  readonly state?: string;
  readonly consumer?: string;
  readonly limit?: string;
  readonly after?: string;
}

const STATES: readonly string[] = ['waiting', 'replayed', 'discarded'] satisfies DeadLetterState[];
const DEFAULT_LIMIT = 50;
const LARGEST_LIMIT = 500;
const LONGEST_REASON = 1_000;
const BETWEEN = '/';

@Controller('assent/dead-letters')
@UseGuards(OperatorGuard)
export class DeadLetterController {
  constructor(@Inject(DeadLetterDesk) private readonly desk: DeadLetterDesk) {}

  @Get()
  @Header('cache-control', 'no-store')
  async list(@Query() query: PageQuery): Promise<{ readonly letters: readonly LetterBody[]; readonly next: string | null }> {
    const state = query.state ?? 'waiting';
    if (!STATES.includes(state)) throw letterProblem('request_invalid', `state is one of ${STATES.join(', ')}.`);
    const limit = Number(query.limit ?? DEFAULT_LIMIT);
    if (!Number.isInteger(limit) || limit < 1 || limit > LARGEST_LIMIT) {
      throw letterProblem('request_invalid', `limit is a number from 1 to ${LARGEST_LIMIT}.`);
    }
    const page = await this.desk.list(state as DeadLetterState, query.consumer, keyOf(query.after), limit);
    const next = page.next === null ? null : `${page.next.consumer}${BETWEEN}${page.next.id}`;
    return { letters: page.letters.map(shown), next };
  }

  @Get(':consumer/:id')
  @Header('cache-control', 'no-store')
  async inspect(@Param() key: DeadLetterKey): Promise<LetterBody> {
    return shown((await this.desk.find(key)) ?? unknown(key));
  }

  @Post('replay')
  @HttpCode(200)
  replayAll(@Body() body: { readonly consumer?: unknown } | undefined): Promise<ReplayReport> {
    const consumer = body?.consumer;
    if (consumer !== undefined && typeof consumer !== 'string') throw letterProblem('request_invalid', 'consumer is a text.');
    return this.desk.replayAll(consumer);
  }

  @Post(':consumer/:id/replay')
  @HttpCode(200)
  async replay(@Param() key: DeadLetterKey): Promise<{ readonly outcome: string; readonly letter: LetterBody }> {
    const replay = (await this.desk.replay(key)) ?? unknown(key);
    return this.answer(key, replay);
  }

  @Post(':consumer/:id/discard')
  @HttpCode(200)
  async discard(
    @Param() key: DeadLetterKey,
    @Body() body: { readonly reason?: unknown } | undefined,
  ): Promise<{ readonly outcome: string; readonly letter: LetterBody }> {
    const reason = body?.reason;
    if (typeof reason !== 'string' || reason.trim() === '' || reason.length > LONGEST_REASON) {
      throw letterProblem('request_invalid', `reason says why, in 1 to ${LONGEST_REASON} characters.`);
    }
    return this.answer(key, (await this.desk.discard(key, reason)) ?? unknown(key));
  }

  private async answer(key: DeadLetterKey, end: Replay | { readonly kind: 'discarded' }) {
    if (end.kind === 'refused') throw letterProblem(end.code, end.detail);
    if (end.kind === 'failed') throw letterProblem('replay_failed', end.cause);
    return { outcome: end.kind, letter: shown((await this.desk.find(key)) ?? unknown(key)) };
  }
}

function unknown({ consumer, id }: DeadLetterKey): never {
  throw letterProblem('letter_unknown', `There is no dead letter "${id}" of the consumer "${consumer}".`);
}

/** `consumer/id`, as `next` of a page says it. */
function keyOf(after: string | undefined): DeadLetterKey {
  if (after === undefined) return NO_LETTER;
  const at = after.indexOf(BETWEEN);
  if (at < 0) throw letterProblem('request_invalid', 'after is what "next" of the page before has said.');
  return { consumer: after.slice(0, at), id: after.slice(at + 1) };
}

function shown({ failedAtMs, endedAtMs, body, ...letter }: DeadLetter): LetterBody {
  const endedAt = endedAtMs === null ? null : new Date(endedAtMs).toISOString();
  return { ...letter, event: parsed(body), failedAt: new Date(failedAtMs).toISOString(), endedAt };
}

function parsed(body: string): unknown {
  try {
    return JSON.parse(body);
  } catch {
    return body;
  }
}
