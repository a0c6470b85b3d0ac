/** Does what the catalogue of actions offers: what is legal now, what it would do, and the deed itself, once, with its row of the audit. */
import {
  type Choice,
  type Deed,
  type DeedRefusal,
  type DeedResult,
  EngineError,
  type Intervention,
  noteIdOf,
  type Rehearsal,
  readTold,
} from '@assent/engine';
import type { Attention, Op, Policy, TransactionView } from '@assent/protocol';
import type { Principal } from '../../access/index.js';
import type { ActingFor, ActionRunner, AskedAction } from '../../admin/index.js';
import { ApiError, isErrorCode } from '../../errors/index.js';
import type { Backend } from '../backend.js';
import { payloadOf } from '../branch.js';
import type { Operations } from '../operations.js';
import { transactionBody } from '../transaction-body.js';
import { type ActionParameters, readParameters } from './action.schema.js';
import { type ActionName, actionCatalogue, isActionName } from './catalogue.js';
import { type Answered, once } from './repeats.js';
import { verdictOf } from './sealing.js';

/** The id of a deed that is only rehearsed. */
const NOBODY_KEEPS_IT = '-';

export class ActionDesk implements ActionRunner {
  constructor(
    private readonly operations: Operations,
    private readonly backend: Backend,
  ) {}

  /** Every action, whether it is legal now, and of what it may be asked. Throws `EngineError`. */
  async list(gid: string): Promise<{ readonly view: TransactionView; readonly actions: readonly object[] }> {
    const { view, choices } = await this.operations.interventions().choices(gid);
    const hold = await this.holdOf(gid);
    const told = choices.map((choice) => {
      const { kind, refusal } = choice;
      return kind !== 'retry' || refusal === null || hold === undefined ? choice : { ...choice, refusal: withHold(refusal, hold) };
    });
    return { view, actions: told.map(shownChoice) };
  }

  async preview(asked: AskedAction, by: Principal): Promise<object> {
    const { gid } = asked;
    const action = readName(asked.action);
    const intervention = await asApiError(() => this.interventionOf(asked, readParameters[action](asked.parameters)));
    const deed = { id: NOBODY_KEEPS_IT, intervention, by: by.name, reason: asked.reason, ifVersion: asked.version, remarks: {} };
    const rehearsal = await asApiError(() => this.operations.interventions().rehearse(gid, deed));
    const { refusal, before } = rehearsal;
    if (refusal === null) return shownRehearsal(action, rehearsal);
    const hold = action === 'retry' ? await this.holdOf(gid) : undefined;
    throw refused(gid, hold === undefined ? refusal : withHold(refusal, hold), before);
  }

  async inFull(asked: AskedAction): Promise<AskedAction> {
    const parameters: ActionParameters = readParameters[readName(asked.action)](asked.parameters);
    if (asked.action === 'change-policy') {
      const { name, version } = await this.policyOf(parameters);
      return { ...asked, parameters: { ...parameters, policy: { name, version } } };
    }
    if (asked.action !== 'resolve' || parameters.op !== undefined) return asked;
    const op = await asApiError(() => this.parkedOp(asked.gid, parameters.branch ?? ''));
    return { ...asked, parameters: { ...parameters, op } };
  }

  async run(asked: AskedAction, acting: ActingFor): Promise<object> {
    return (await asApiError(() => this.act(asked, acting))).body;
  }

  /** As `run`, with the status of the answer: 200, or 202 when another node has been asked and has not answered yet. */
  async act(asked: AskedAction, acting: ActingFor): Promise<Answered> {
    const action = readName(asked.action);
    const parameters = readParameters[action](asked.parameters);
    const { gid, reason, version } = asked;
    return once(() => this.operations.idempotencyKeys(), {
      principal: acting.requestedBy.name,
      key: acting.idempotencyKey,
      content: { gid, action, version, reason, parameters },
      work: (id) => this.carryOut(id, asked, parameters, acting),
      lookBack: (id) => this.lookBack(id, asked),
    });
  }

  /** What is wrong with the parameters of an action whatever the transaction. Throws `unknown_policy`, `policy_retired`, `payload_too_large`. */
  async checkParameters(action: ActionName, parameters: ActionParameters): Promise<void> {
    if (action === 'change-policy') await this.policyOf(parameters, '/parameters');
    if (action === 'edit-payload') payloadOf({ payload: parameters.payload ?? {} }, '/parameters', this.backend);
  }

  /** Carries an action out under an id of the caller's choice. */
  async carryOut(id: string, asked: AskedAction, parameters: ActionParameters, acting: ActingFor): Promise<Answered> {
    const deed: Deed = {
      id,
      intervention: await this.auditedly(id, asked, acting, () => this.interventionOf(asked, parameters)),
      by: acting.requestedBy.name,
      reason: asked.reason,
      ifVersion: asked.version,
      remarks: namesOf(acting),
    };
    const result = await this.operations.interventions().intervene(asked.gid, await this.sealed(asked.gid, deed, parameters));
    return answerOf(asked.action, id, result);
  }

  /** What was done under this id, or `null` when nothing was. Throws the refusal, if it was refused. */
  async lookBack(id: string, { gid, action }: AskedAction): Promise<Answered | null> {
    const row = (await readTold(this.operations.history(), [id])).get(id);
    if (row === undefined) return null;
    const { outcome, code, detail } = JSON.parse(row.detail) as { outcome: DeedResult['kind'] | 'refused'; code?: string; detail?: string };
    const view = await this.backend.engine().get(gid);
    if (outcome === 'refused') throw refused(gid, { code: code ?? '', detail: detail ?? '' }, view);
    return answerOf(action, id, { kind: outcome, view });
  }

  /** Why the calls of this transaction are held back, if they are. */
  private async holdOf(gid: string): Promise<Attention | undefined> {
    return (await this.operations.search().attentionOf([gid])).get(gid)?.find(({ kind }) => kind === 'waiting');
  }

  private async interventionOf(asked: AskedAction, parameters: ActionParameters): Promise<Intervention> {
    const { branch = '', outcome = 'failed', code = 'aborted_by_request' } = parameters;
    const action = readName(asked.action);
    switch (action) {
      case 'retry':
        return { kind: 'retry', branch: parameters.branch ?? null };
      case 'pause':
      case 'resume':
        return { kind: action };
      case 'abort':
        return { kind: 'abort', code, message: cutToCharacters(asked.reason, LONGEST_MESSAGE) };
      case 'change-policy':
        return { kind: 'change-policy', policy: await this.policyOf(parameters) };
      case 'resolve':
        return { kind: 'resolve', branch, op: parameters.op ?? (await this.parkedOp(asked.gid, branch)), outcome };
      case 'edit-payload':
        return { kind: 'edit-payload', branch, payload: payloadOf({ payload: parameters.payload ?? {} }, '', this.backend) };
    }
  }

  /** What is refused here, before the machine is asked, is told in the audit as well. */
  private async auditedly<T>(id: string, asked: AskedAction, acting: ActingFor, work: () => Promise<T>): Promise<T> {
    try {
      return await work();
    } catch (error) {
      if (error instanceof ApiError && error.status < 500) {
        const { gid, action, reason } = asked;
        const refusal = { code: error.code, detail: error.detail };
        const remarks = namesOf(acting);
        await this.operations.interventions().noteRefusal(gid, { id, by: acting.requestedBy.name, action, reason, refusal, remarks });
      }
      throw error;
    }
  }

  private async policyOf({ policy: asked = '' }: ActionParameters, within = ''): Promise<Policy> {
    const [name, version] = typeof asked === 'string' ? [asked, null] : [asked.name, asked.version];
    const policy = await this.backend.policy(name, version);
    const pointer = `${within}/policy`;
    if (policy === null)
      throw new ApiError('unknown_policy', `There is no policy "${name}"${version === null ? '' : ` version ${version}`}.`, { pointer });
    if (policy.isRetired === true) throw new ApiError('policy_retired', `Policy "${name}" is retired.`, { pointer });
    return policy;
  }

  /** The op of a branch that is parked; what is called `none` the machine refuses. */
  private async parkedOp(gid: string, branch: string): Promise<string> {
    const { choices } = await this.operations.interventions().choices(gid);
    const targets = choices.find(({ kind }) => kind === 'resolve')?.targets ?? [];
    return targets.find((target) => target.branch === branch)?.op ?? 'none';
  }

  /** Before an op is settled by hand the participant is told, so that a late call cannot act (DESIGN 6). Throws where that failed, unless forced. */
  private async sealed(gid: string, deed: Deed, { force }: ActionParameters): Promise<Deed> {
    const { intervention } = deed;
    if (intervention.kind !== 'resolve') return deed;
    const interventions = this.operations.interventions();
    const { refusal, before } = await interventions.rehearse(gid, deed);
    // What the machine refuses anyway is not sealed: the participant would run it no more. Nor may it be settled unsealed, should it be parked in this moment.
    if (refusal !== null) return { ...deed, ifVersion: deed.ifVersion ?? before.version };
    const { branch, op, outcome } = intervention;
    const { objection, seal } = verdictOf(await interventions.seal(gid, branch, op as Op), op, outcome);
    const told = { ...deed, remarks: { ...deed.remarks, seal } };
    if (objection === null) return told;
    if (force === true) return { ...told, remarks: { ...told.remarks, forced: true } };
    const remarks = { ...told.remarks, branch, op, as: outcome };
    await interventions.noteRefusal(gid, { ...deed, action: intervention.kind, refusal: objection, remarks });
    throw new ApiError(objection.code, objection.detail, { gid });
  }
}

/** For the audit: both names, where two had to agree. */
function namesOf({ requestedBy, approvedBy }: ActingFor): Deed['remarks'] {
  return approvedBy === null ? {} : { requestedBy: requestedBy.name, approvedBy: approvedBy.name };
}

/** The seam to approvals knows one kind of error. */
async function asApiError<T>(work: () => Promise<T>): Promise<T> {
  try {
    return await work();
  } catch (error) {
    if (!(error instanceof EngineError) || !isErrorCode(error.code)) throw error;
    const { code, detail, gid, retryAfterMs, view } = error;
    throw new ApiError(code, detail, {
      ...(gid !== undefined && { gid }),
      ...(retryAfterMs !== undefined && { retryAfterMs }),
      ...(view !== undefined && { transaction: transactionBody(view) }),
    });
  }
}

/** The reason of a decision is shown with the transaction, where it is cut. */
const LONGEST_MESSAGE = 500;

/** A cut between UTF-16 units could leave half a character, which is no text that this API would accept itself. */
function cutToCharacters(text: string, most: number): string {
  return text.length <= most ? text : Array.from(text).slice(0, most).join('');
}

/** Throws `unknown_action`. */
export function readName(name: string): ActionName {
  if (isActionName(name)) return name;
  throw new ApiError('unknown_action', `There is no action "${name.slice(0, 32)}".`);
}

function answerOf(action: string, id: string, { kind, view }: DeedResult): Answered {
  // What was so already is told under an id beside that of the deed.
  const body = {
    action,
    outcome: kind,
    id: kind === 'repeated' ? noteIdOf(id) : id,
    version: view.version,
    transaction: transactionBody(view),
  };
  return { status: kind === 'recorded' ? 202 : 200, body };
}

/** The machine knows of nothing to retry in what was never called; whoever looks is told what it waits for. */
function withHold(refusal: DeedRefusal, { participant, code }: Attention): DeedRefusal {
  return { ...refusal, detail: `${refusal.detail} Nothing is sent to ${participant} (${code}): see /v1/participants/${participant}.` };
}

function shownChoice({ kind, targets, refusal }: Choice): object {
  const { title, consequence, undo, roles, parameters, required } = actionCatalogue[kind];
  return {
    name: kind,
    title,
    legal: refusal === null,
    ...(refusal === null ? {} : { why: refusal }),
    ...(targets.length === 0 ? {} : { targets }),
    consequence,
    undo,
    roles,
    parameters: Object.keys(parameters),
    required: ['reason', ...required],
  };
}

function shownRehearsal(action: ActionName, { before, after }: Rehearsal): object {
  const { consequence, undo } = actionCatalogue[action];
  const { status, version, paused } = before;
  return {
    action,
    outcome: 'dry_run',
    version,
    consequence,
    undo,
    before: { status, paused },
    transaction: after === null ? null : transactionBody(after),
  };
}

function refused(gid: string, { code, detail }: { readonly code: string; readonly detail: string }, view: TransactionView): ApiError {
  return new ApiError(isErrorCode(code) ? code : 'already_final', detail, { gid, transaction: transactionBody(view) });
}
