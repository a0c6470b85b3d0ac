/**
 * A person who intervenes in one transaction while things go wrong: looks at what may be done, and settles what is parked, gives a step another payload
 * or the transaction another policy, or has it rolled back. Before an op is settled its participant is told, so that no late call can act; sometimes
 * the person insists although it cannot be told. Everything goes the way that the administration of a coordinator takes.
 */
import type { Choices, Deed, DeedResult, Engine, Intervention, Sealing } from '@assent/engine';
import type { Op, Policy } from '@assent/protocol';
import type { Marks, SimRandom } from '../kernel/index.js';
import type { Order } from '../participant/index.js';
import type { ByHand, Promises } from '../truth/index.js';
import type { Api } from './api.js';
import { newDeedId, untilDone } from './deeds.js';
import { parksSoon } from './policies.js';

/** Why an op may not be settled as asked, by what its participant answered to the seal; `null`: it may. The coordinator's own judgement. */
export type JudgeSeal = (sealing: Sealing, op: string, outcome: 'succeeded' | 'failed') => 'not_sealed' | 'had_run' | null;

const COMES_AFTER_MS = [0, 1_500] as const;
/** Half of them come while the first steps are under way. */
const COMES_EARLY_MS = [0, 60] as const;
const LOOKS_EVERY_MS = [150, 1_200] as const;
/** After so many looks the person goes home: what is parked then stays so. */
const MOST_LOOKS = 9;
/** The share of those who insist when a participant cannot be told. */
const INSIST = 0.25;
const MOST_QUANTITY = 3;

export interface AttendantContext {
  readonly api: Api;
  readonly random: SimRandom;
  readonly promises: Promises;
  readonly byHand: ByHand;
  readonly marks: Marks;
  readonly policies: readonly Policy[];
  readonly judgeSeal: JudgeSeal;
  /** What a branch was last durably asked for; `null` when there is no such branch. */
  readonly payloadOf: (gid: string, branch: string) => string | null;
  /** Database time. */
  readonly nowMs: () => number;
}

type Done = DeedResult | { readonly kind: 'not_sealed' | 'had_run' };
type Settlement = Intervention & { readonly kind: 'resolve' };

export class Attendant {
  /** Branch and op -> how it ended, by what its participant said. */
  private readonly learned = new Map<string, 'succeeded' | 'failed'>();

  constructor(
    private readonly gid: string,
    private readonly context: AttendantContext,
  ) {}

  async run(): Promise<void> {
    const { api, random, promises } = this.context;
    const [soonestMs, latestMs] = random.chance(0.5) ? COMES_EARLY_MS : COMES_AFTER_MS;
    await api.pause(random.between(soonestMs, latestMs));
    for (let look = 0; look < MOST_LOOKS; look += 1) {
      const told = ({ view }: Choices) => promises.shown(view);
      const seen = await api.once({ name: `${this.gid} look`, ask: (engine) => engine.choices(this.gid), told });
      if (seen.kind === 'answered') {
        if (seen.value.view.finishedAtMs !== null) return;
        const intervention = this.choose(seen.value);
        if (intervention !== null) await this.ask(intervention, seen.value.view.version);
      }
      await api.pause(random.between(...LOOKS_EVERY_MS));
    }
  }

  private choose({ view, choices }: Choices): Intervention | null {
    const { random } = this.context;
    const legal = new Map(choices.filter(({ refusal }) => refusal === null).map((choice) => [choice.kind, choice.targets]));
    const parked = legal.get('resolve') ?? [];
    if (parked.length > 0 && random.chance(0.85)) {
      const { branch, op = '' } = random.pick(parked);
      return random.chance(0.2) ? { kind: 'retry', branch } : { kind: 'resolve', branch, op, outcome: this.outcomeOf(branch, op) };
    }
    const editable = legal.get('edit-payload') ?? [];
    if (editable.length > 0 && random.chance(0.6)) return this.edit(random.pick(editable).branch);
    const kind = random.pick(['change-policy', 'change-policy', 'abort', ...Array<'nothing'>(9).fill('nothing')] as const);
    if (kind === 'abort') return { kind, code: 'aborted_by_request', message: 'a person gives it up' };
    return kind === 'change-policy' ? this.otherPolicy(view.policy.name) : null;
  }

  /** A try that nobody ran cannot be confirmed, so nobody says that it succeeded before its participant does. */
  private outcomeOf(branch: string, op: string): 'succeeded' | 'failed' {
    const learned = this.learned.get(`${branch}/${op}`);
    if (learned !== undefined) return learned;
    return op !== 'try' && this.context.random.chance(0.5) ? 'succeeded' : 'failed';
  }

  private edit(branch: string): Intervention | null {
    const payload = this.context.payloadOf(this.gid, branch);
    if (payload === null) return null;
    const order = JSON.parse(payload) as Order;
    const quantity = (order.quantity % MOST_QUANTITY) + 1;
    return { kind: 'edit-payload', branch, payload: JSON.stringify({ ...order, quantity }) };
  }

  /** Whoever settles ops by hand does not take the end of its attempts from a transaction: a call that a seal refuses would be repeated for ever. */
  private otherPolicy(name: string): Intervention {
    const { policies, random } = this.context;
    const others = parksSoon.has(name) ? policies.filter((policy) => parksSoon.has(policy.name)) : policies;
    return { kind: 'change-policy', policy: random.pick(others) };
  }

  private async ask(intervention: Intervention, version: number): Promise<void> {
    const { api, random, byHand, promises, marks, nowMs } = this.context;
    const ifVersion = random.chance(0.5) ? version : null;
    const deed: Deed = { id: newDeedId(random, nowMs()), intervention, by: 'operator', reason: 'by hand', ifVersion, remarks: {} };
    const insists = random.chance(INSIST);
    byHand.asks(deed);
    if (intervention.kind === 'retry' || intervention.kind === 'change-policy') promises.renews(this.gid);
    const ask = (engine: Engine): Promise<Done> =>
      intervention.kind === 'resolve'
        ? this.settle(engine, deed, intervention, insists ? 'insists' : 'yields')
        : engine.intervene(this.gid, deed);
    const told = (done: Done) => {
      if (!('view' in done) || done.kind === 'recorded') return;
      if (done.kind === 'done') byHand.acknowledged(this.gid, deed);
      else byHand.acknowledgedBefore(this.gid, deed);
      if (intervention.kind === 'abort') promises.decided(this.gid, 'abort', done.view);
    };
    const reply = await untilDone(api, random, { name: `${this.gid} ${intervention.kind}`, ask, told });
    if (reply.kind !== 'answered') return;
    if (reply.value.kind === 'had_run' && intervention.kind === 'resolve') this.learn(intervention);
    marks.reach(markOf(reply.value, intervention));
  }

  /** As the administration does it: what would be refused anyway is not sealed, and what could not be sealed is refused, unless somebody insists. */
  private async settle(engine: Engine, deed: Deed, { branch, op, outcome }: Settlement, stance: 'insists' | 'yields'): Promise<Done> {
    const { byHand, marks, judgeSeal } = this.context;
    if ((await engine.rehearse(this.gid, deed)).refusal === null) {
      const objection = judgeSeal(await engine.seal(this.gid, branch, op as Op), op, outcome);
      const isForced = objection === 'not_sealed' && stance === 'insists';
      if (objection !== null && !isForced) {
        await engine.noteRefusal(this.gid, { ...deed, action: 'resolve', refusal: { code: objection, detail: '' }, remarks: {} });
        return { kind: objection };
      }
      if (isForced) marks.reach('settled by force');
      byHand.settles(this.gid, branch, isForced ? 'force' : 'sealed');
    }
    return engine.intervene(this.gid, deed);
  }

  private learn({ branch, op, outcome }: Settlement): void {
    this.learned.set(`${branch}/${op}`, outcome === 'failed' ? 'succeeded' : 'failed');
  }
}

function markOf({ kind: end }: Done, { kind }: Intervention): string {
  if (end === 'not_sealed') return 'settled without a seal';
  if (end === 'had_run') return 'settled otherwise than it had run';
  const marks = {
    resolve: 'settled by hand',
    'edit-payload': 'payload edited',
    'change-policy': 'policy changed',
    abort: 'aborted by hand',
  };
  return marks[kind as keyof typeof marks] ?? `done: ${kind}`;
}
