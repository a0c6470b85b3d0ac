/**
 * A person who looks after one transaction: pauses it and resumes it a while later, or has everything tried again that waits. Whatever becomes of the nodes
 * that are asked, what was paused is resumed in the end: a person does not forget it.
 */
import type { Engine, Intervention } from '@assent/engine';
import type { SimRandom } from '../kernel/index.js';
import type { Promises } from '../truth/index.js';
import type { Api } from './api.js';

const LOOKS_AFTER_MS = [0, 2_500] as const;
const PAUSED_FOR_MS = [100, 3_000] as const;
/** How often the same is asked, before the person gives up: longer than anything is away. */
const TIMES = 60;

export interface OperatorContext {
  readonly api: Api;
  readonly random: SimRandom;
  readonly promises: Promises;
  /** Database time. */
  readonly nowMs: () => number;
}

export class Operator {
  constructor(
    private readonly gid: string,
    private readonly context: OperatorContext,
  ) {}

  async run(): Promise<void> {
    const { api, random, promises } = this.context;
    await api.pause(random.between(...LOOKS_AFTER_MS));
    if (random.chance(0.4)) {
      promises.retries(this.gid);
      await this.ask({ kind: 'retry', branch: null });
      return;
    }
    promises.pauses(this.gid);
    await this.ask({ kind: 'pause' });
    await api.pause(random.between(...PAUSED_FOR_MS));
    promises.resumes(this.gid);
    await this.ask({ kind: 'resume' });
  }

  /** Asks, under one id, until it is done, was done before, or is refused. */
  private async ask(intervention: Intervention): Promise<void> {
    const { api, random } = this.context;
    const deed = { id: this.newId(), intervention, by: 'operator', reason: 'looks after it', ifVersion: null, remarks: {} };
    const ask = (engine: Engine) => engine.intervene(this.gid, deed);
    for (let time = 0; time < TIMES; time += 1) {
      const reply = await api.once({ name: `${this.gid} ${intervention.kind}`, ask, told: () => undefined });
      if (reply.kind === 'answered' ? reply.value.kind !== 'recorded' : reply.kind === 'refused' && !api.mayRepeat(reply.code)) return;
      await api.pause(random.between(100, 900));
    }
  }

  /** As UUIDv7: the time in milliseconds, and chance. */
  private newId(): string {
    const time = Math.floor(this.context.nowMs()).toString(16).padStart(12, '0');
    const chance = () => this.context.random.int(0, 0xfff).toString(16).padStart(3, '0');
    return `${time.slice(0, 8)}-${time.slice(8)}-7${chance()}-8${chance()}-${chance()}${chance()}${chance()}${chance()}`;
  }
}
