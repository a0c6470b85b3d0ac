/** `/v1/jobs`: one action on many transactions, carried out by the server. */
import { type AuditRow, readTold } from '@assent/engine';
import type { Job, JobItem } from '@assent/store';
import { Body, Controller, Get, Param, Post, Query, Res } from '@nestjs/common';
import type { FastifyReply } from 'fastify';
import { type Principal, principalOf } from '../../access/index.js';
import { Administration } from '../../admin/index.js';
import { ApiError } from '../../errors/index.js';
import { type ActionParameters, readParameters } from '../actions/action.schema.js';
import { ActionDesk, readName } from '../actions/action-desk.js';
import { actionCatalogue } from '../actions/catalogue.js';
import { readIdempotencyKey } from '../actions/preconditions.js';
import { once } from '../actions/repeats.js';
import { newGid } from '../gid.js';
import { filterOf } from '../list/list-query.js';
import { Operations } from '../operations.js';
import { idInPath, readLimit, readPosition, readQuery } from '../path.js';
import { sendJson } from '../reply.js';
import { type ReasonBody, reasonOnlySchema } from '../schemas/common.js';
import { validator } from '../validation.js';
import { CANARY, hasCollected } from './canary.js';
import { DEFAULT_PER_SECOND, type JobBody, jobSchema } from './job.schema.js';
import { itemBody, jobBody } from './job-body.js';
import type { KeptJob } from './job-runner.js';

const readJob = validator<JobBody>(jobSchema);
const readReason = validator<ReasonBody>(reasonOnlySchema);

const MOST_LISTED = 200;
/** Failed items made pending again by one statement; a retry goes on until there are none. */
const RENEWED_AT_ONCE = 500;
const ITEM_STATES: readonly JobItem['state'][] = ['pending', 'done', 'repeated', 'recorded', 'failed'];

@Controller('v1/jobs')
export class JobsController {
  constructor(
    private readonly operations: Operations,
    private readonly desk: ActionDesk,
    private readonly administration: Administration,
  ) {}

  @Post()
  async create(@Query() query: unknown, @Body() raw: unknown, @Res() reply: FastifyReply): Promise<void> {
    readQuery(query, []);
    const body = readJob(raw);
    const action = readName(body.action);
    const parameters = readParameters[action](body.parameters ?? {});
    await this.desk.checkParameters(action, parameters);
    const by = principalOf(reply);
    // What the query gets wrong is told now, not by a job that can find nothing.
    filterOf(body.query);
    const { roles } = actionCatalogue[action];
    if (!roles.includes(by.role)) throw new ApiError('forbidden', `The role ${by.role} may not do this; ${roles.join(' or ')} may.`);
    await this.refuseWhereTwoMustAgree(action, parameters, by);
    if (body.dryRun === true) {
      sendJson(reply, 200, await this.preview(body, parameters, by));
      return;
    }
    const { status, body: answer } = await once(() => this.operations.idempotencyKeys(), {
      principal: by.name,
      key: readIdempotencyKey(reply.request.headers),
      content: { job: body },
      work: async (id) => ({ status: 201, body: await this.begin(id, body, parameters, by) }),
      lookBack: async (id) => {
        const job = await this.operations.jobs().find(id);
        return job === null ? null : { status: 201, body: jobBody(job, {}) };
      },
    });
    sendJson(reply, status, answer);
  }

  @Get()
  async list(@Query() query: unknown, @Res() reply: FastifyReply): Promise<void> {
    const { before, limit } = readQuery(query, ['before', 'limit']);
    const jobs = await this.operations
      .jobs()
      .list(before === undefined ? null : readPosition('before', before), readLimit(limit, MOST_LISTED));
    sendJson(reply, 200, { items: await Promise.all(jobs.map((job) => this.shown(job))) });
  }

  @Get(':id')
  async show(@Param('id', idInPath) id: string, @Query() query: unknown, @Res() reply: FastifyReply): Promise<void> {
    readQuery(query, []);
    sendJson(reply, 200, await this.shown(await this.find(id)));
  }

  @Get(':id/items')
  async items(@Param('id', idInPath) id: string, @Query() query: unknown, @Res() reply: FastifyReply): Promise<void> {
    const { state, after, limit } = readQuery(query, ['state', 'after', 'limit']);
    const most = readLimit(limit, MOST_LISTED);
    await this.find(id);
    const rows = await this.operations.jobs().items(id, readState(state), readPlace(after), most);
    const deeds = rows.map(({ deed }) => deed);
    // What was refused, and what was so already, is told under another id than what was done.
    const told = await readTold(this.operations.history(), deeds);
    const items = rows.map((row) => itemBody(row, told.get(row.deed)?.id ?? null));
    sendJson(reply, 200, { items, next: rows.length < most ? null : (rows.at(-1)?.place ?? null) });
  }

  @Post(':id/stop')
  async stop(@Param('id', idInPath) id: string, @Query() query: unknown, @Body() raw: unknown, @Res() reply: FastifyReply): Promise<void> {
    readQuery(query, []);
    const { reason } = readReason(raw);
    const by = principalOf(reply);
    await this.find(id);
    const change = { state: 'stopped', cause: `stopped by ${by.name}`, finishedAtMs: Date.now() } as const;
    const moved = await this.operations.jobs().moveBy(id, ['collecting', 'canary', 'running'], change, auditOf(by, 'job-stop', reason, id));
    if (!moved) throw new ApiError('job_not_running', `Job ${id} does not run.`);
    sendJson(reply, 200, await this.shown(await this.find(id)));
  }

  @Post(':id/retry')
  async retry(@Param('id', idInPath) id: string, @Query() query: unknown, @Body() raw: unknown, @Res() reply: FastifyReply): Promise<void> {
    readQuery(query, []);
    const { reason } = readReason(raw);
    const by = principalOf(reply);
    const job = await this.find(id);
    const { action, request, state, total } = job;
    if (state !== 'stopped' && state !== 'finished') throw new ApiError('job_running', `Job ${id} is ${state}.`);
    await this.refuseWhereTwoMustAgree(action, (JSON.parse(request) as KeptJob).parameters, by);
    const jobs = this.operations.jobs();
    let renewed = RENEWED_AT_ONCE;
    for (let left = total; renewed === RENEWED_AT_ONCE && left > 0; left -= renewed)
      renewed = await jobs.renew(id, newGid, RENEWED_AT_ONCE);
    const anew = { cause: '', finishedAtMs: null } as const;
    const first = await jobs.items(id, 'pending', 0, CANARY);
    const goesOn = hasCollected(job)
      ? ({ ...anew, state: 'canary', canaryEnd: first.at(-1)?.place ?? 0 } as const)
      : ({ ...anew, state: 'collecting' } as const);
    const moved = await jobs.moveBy(id, ['stopped', 'finished'], goesOn, auditOf(by, 'job-retry', reason, id));
    if (!moved) throw new ApiError('job_running', `Somebody else has just had job ${id} tried again.`);
    sendJson(reply, 200, await this.shown(await this.find(id)));
  }

  private async refuseWhereTwoMustAgree(action: string, parameters: ActionParameters, { role }: Principal): Promise<void> {
    const demanded = parameters.force === true ? [action, 'force'] : [action];
    if (!(await this.administration.approvals().areDemanded(demanded, role))) return;
    throw new ApiError('job_needs_approval', `For somebody with the role ${role}, ${demanded.join(' with ')} needs a second person.`);
  }

  private async begin(id: string, body: JobBody, parameters: ActionParameters, by: Principal): Promise<object> {
    const { action, query, reason, perSecond = DEFAULT_PER_SECOND } = body;
    const job: Job = {
      ...{ id, action, reason, perSecond },
      request: JSON.stringify({ query, parameters }),
      ...{ principal: by.name, role: by.role, state: 'collecting', cause: '', total: 0, position: null, canaryEnd: null },
      createdAtMs: Date.now(),
      finishedAtMs: null,
    };
    await this.operations.jobs().create(job, auditOf(by, 'job-create', reason, id));
    return jobBody(job, {});
  }

  /** How many it would concern, and what it would do to the first of them. */
  private async preview({ action, query, reason }: JobBody, parameters: ActionParameters, by: Principal): Promise<object> {
    const search = this.operations.search();
    const filter = filterOf(query);
    const { byStatus, scope, looked } = await search.count(filter);
    const { items } = await search.page({ filter, after: null, limit: CANARY });
    const sample = await Promise.all(
      items.map(async ({ gid }) => {
        try {
          return await this.desk.preview({ gid, action, reason, version: null, parameters }, by);
        } catch (error) {
          if (!(error instanceof ApiError)) throw error;
          return { gid, legal: false, why: { code: error.code, detail: error.detail } };
        }
      }),
    );
    const matching = Object.values(byStatus).reduce((sum, count) => sum + count, 0);
    return { action, outcome: 'dry_run', matching, scope, looked, sample };
  }

  private async shown(job: Job): Promise<object> {
    return jobBody(job, await this.operations.jobs().counts(job.id));
  }

  private async find(id: string): Promise<Job> {
    const job = await this.operations.jobs().find(id);
    if (job === null) throw new ApiError('job_not_found', 'There is no job of this id.');
    return job;
  }
}

function readState(text: string | undefined): JobItem['state'] | null {
  if (text === undefined) return null;
  const found = ITEM_STATES.find((state) => state === text);
  if (found === undefined) throw new ApiError('invalid_query', `"state" must be one of ${ITEM_STATES.join(', ')}.`);
  return found;
}

function readPlace(text = '0'): number {
  if (/^\d{1,9}$/.test(text)) return Number(text);
  throw new ApiError('invalid_query', '"after" must be the `next` of an earlier page.');
}

/** Jobs belong to no transaction; what they do to each is told there. */
function auditOf(by: Principal, action: string, reason: string, job: string): AuditRow {
  return { id: newGid(), gid: '', atMs: Date.now(), principal: by.name, action, reason, detail: JSON.stringify({ outcome: 'done', job }) };
}
