/** One initiator with one transaction: it begins, asks again when it does not know, submits only what it saw succeed, or is never heard of again. */
import type { BeginRequest, CommandResult } from '@assent/engine';
import type { BranchDefinition } from '@assent/protocol';
import type { SimRandom, Timeline } from '../kernel/index.js';
import type { Service } from '../participant/index.js';
import type { Promises } from '../truth/index.js';
import type { Api } from './api.js';
import { Attendant, type AttendantContext } from './attendant.js';
import { Operator } from './operator.js';
import type { RequestMaker } from './requests.js';

/** How often an initiator asks before it gives up. */
const BEGIN_TIMES = 8;
const COMMAND_TIMES = 10;
const OWN_TRY_TIMES = 4;
const REGISTER_WAIT_MS = 1_500;
/** The share of initiators that submit what never ran. */
const LIARS = 0.01;
/** The share of transactions that a person looks after. */
const LOOKED_AFTER = 0.08;
/** The share of transactions with two people who intervene, of those with any. */
const TWO_HANDS = 0.4;
const WAIT_MS = 2_000;

export interface InitiatorContext {
  readonly timeline: Timeline;
  readonly random: SimRandom;
  readonly api: Api;
  readonly maker: RequestMaker;
  readonly promises: Promises;
  readonly services: ReadonlyMap<string, Service>;
  /** Database time, for work that a service begins by itself. */
  readonly nowMs: () => number;
  /** What a person needs who intervenes in this transaction; `null`: nobody does. */
  readonly attendance: Omit<AttendantContext, 'random'> | null;
}

export class Initiator {
  constructor(
    private readonly gid: string,
    private readonly context: InitiatorContext,
  ) {}

  async run(): Promise<void> {
    const { random, api, promises } = this.context;
    // A stream of its own, so that the other initiators do what they did before there were liars.
    const isLying = random.fork('lies').chance(LIARS);
    const lookedAfter = random.fork('operator');
    const operator =
      !isLying && lookedAfter.chance(LOOKED_AFTER)
        ? new Operator(this.gid, { api, promises, random: lookedAfter, nowMs: this.context.nowMs }).run()
        : null;
    const attendants = this.attend();
    await (isLying ? this.lie() : this.act());
    await operator;
    await attendants;
  }

  /** One person, or two who do not know of each other. */
  private async attend(): Promise<void> {
    const { attendance, random } = this.context;
    if (attendance === null) return;
    const streams = [random.fork('by hand'), random.fork('by another hand')];
    const present = streams.slice(0, random.fork('hands').chance(TWO_HANDS) ? 2 : 1);
    await Promise.all(present.map((own) => new Attendant(this.gid, { ...attendance, random: own }).run()));
  }

  private async act(): Promise<void> {
    const { random, maker } = this.context;
    const kind = random.fraction();
    if (kind < 0.45) await this.leaveItToTheCoordinator(maker.saga(this.gid));
    else if (kind < 0.65) await this.leaveItToTheCoordinator(maker.tcc(this.gid));
    else await this.drive(maker.initiated(this.gid));
  }

  private async leaveItToTheCoordinator(request: BeginRequest): Promise<void> {
    const { random, maker } = this.context;
    if (random.chance(0.05)) void this.begin(maker.conflicting(request));
    if (random.chance(0.08)) void this.begin(request);
    if (!(await this.begin(request))) return;
    if (random.chance(0.15)) {
      await this.context.api.pause(random.between(0, 600));
      await this.abort();
    }
    if (random.chance(0.1)) await this.begin(request);
    if (random.chance(0.6)) await this.wait();
  }

  private async drive(request: BeginRequest): Promise<void> {
    const { random } = this.context;
    if (!(await this.begin(request))) return;
    const branches = Array.from({ length: random.int(1, 3) }, (_, index) => this.context.maker.registration(`r${index + 1}`));
    if (!(await this.joinAll(branches))) {
      if (random.chance(0.7)) await this.abort();
      return;
    }
    const succeeded = branches.map(({ id }) => id);
    const choice = random.fraction();
    if (choice < 0.08) return;
    if (choice < 0.2) await this.abort();
    else await this.submit(succeeded);
    if (random.chance(0.4)) await this.wait();
    if (random.chance(0.1)) await this.submit(succeeded);
    if (random.chance(0.05)) await this.abort();
  }

  /** Submits a branch that its own service never ran. The barrier refuses to commit it, for ever, so that a person has to look at it. */
  private async lie(): Promise<void> {
    const { api, maker, promises } = this.context;
    if (!(await this.begin(maker.initiated(this.gid, 'parking')))) return;
    const branch = { ...maker.registration('r1'), run: 'self' as const };
    const registered = await api.persist(
      {
        name: `${this.gid} register ${branch.id}`,
        ask: (engine) => engine.register(this.gid, { branch, waitMs: REGISTER_WAIT_MS }),
        told: ({ view }) => promises.registered(this.gid, branch.id, view),
      },
      COMMAND_TIMES,
    );
    if (registered.kind === 'answered') await this.submit([branch.id]);
  }

  /** One after the other, or all at once. True when all succeeded. */
  private async joinAll(branches: readonly BranchDefinition[]): Promise<boolean> {
    if (this.context.random.chance(0.25)) return (await Promise.all(branches.map((branch) => this.join(branch)))).every(Boolean);
    for (const branch of branches) if (!(await this.join(branch))) return false;
    return true;
  }

  /** Registers a branch and sees to its try. True when the initiator knows that it succeeded. */
  private async join(branch: BranchDefinition): Promise<boolean> {
    const { api, promises } = this.context;
    const registered = await api.persist(
      {
        name: `${this.gid} register ${branch.id}`,
        ask: (engine) => engine.register(this.gid, { branch, waitMs: REGISTER_WAIT_MS }),
        told: ({ view }) => promises.registered(this.gid, branch.id, view),
      },
      COMMAND_TIMES,
    );
    if (registered.kind !== 'answered') return false;
    return branch.run === 'self' ? this.tryOwn(branch) : registered.value.forward.outcome === 'succeeded';
  }

  /** The service that registered runs its try by itself, behind its own barrier. */
  private async tryOwn(branch: BranchDefinition): Promise<boolean> {
    const { services, api, random } = this.context;
    const contract = 'contract' in branch.endpoint ? branch.endpoint.contract : '';
    const service = services.get(contract.split('.')[0]!)!;
    const call = {
      ...{ gid: this.gid, branch: branch.id, op: 'try' as const, attempt: 1, endpoint: branch.endpoint, payload: branch.payload },
      ...{ timeoutMs: 1_000, begunAtMs: this.context.nowMs() },
    };
    for (let time = 0; time < OWN_TRY_TIMES; time += 1) {
      const outcome = await new Promise<string>((resolve) => service.receive(call, ({ kind }) => resolve(kind)));
      if (outcome === 'succeeded' || outcome === 'rejected') return outcome === 'succeeded';
      await api.pause(random.between(50, 600));
    }
    return false;
  }

  private async begin(request: BeginRequest): Promise<boolean> {
    const { api, promises } = this.context;
    const reply = await api.persist(
      {
        name: `${this.gid} begin`,
        ask: (engine) => engine.begin(request),
        told: ({ view }) => promises.begun(this.gid, request.contentHash, view),
      },
      BEGIN_TIMES,
    );
    return reply.kind === 'answered';
  }

  private async submit(branches: readonly string[]): Promise<void> {
    const { api, promises, random } = this.context;
    const told = ({ view }: CommandResult) => promises.decided(this.gid, 'commit', view);
    promises.submits(this.gid);
    if (random.chance(0.06)) {
      const others = branches.length > 1 && random.chance(0.5) ? branches.slice(1) : [...branches, 'nobody'];
      await api.once({
        name: `${this.gid} submit others`,
        ask: (engine) => engine.submit(this.gid, { branches: others, by: 'local' }),
        told: (result) => {
          if (result.kind === 'done') promises.submittedOthers(this.gid);
          told(result);
        },
      });
    }
    const name = `${this.gid} submit ${branches.join(' ')}`;
    await api.persist({ name, ask: (engine) => engine.submit(this.gid, { branches, by: 'local' }), told }, COMMAND_TIMES);
  }

  private async abort(): Promise<void> {
    const { api, promises } = this.context;
    const why = { code: 'aborted_by_request', message: 'the initiator changed its mind', by: 'local' };
    await api.persist(
      {
        name: `${this.gid} abort`,
        ask: (engine) => engine.abort(this.gid, why),
        told: ({ view }) => promises.decided(this.gid, 'abort', view),
      },
      COMMAND_TIMES,
    );
  }

  private async wait(): Promise<void> {
    const { api, promises, random } = this.context;
    const until = random.pick(['decided', 'final'] as const);
    await api.once({
      name: `${this.gid} wait ${until}`,
      ask: (engine) => engine.wait(this.gid, { until, timeoutMs: WAIT_MS }),
      told: (view) => promises.shown(view),
    });
  }
}
