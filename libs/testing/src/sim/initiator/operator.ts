/**
 * A person who looks after one transaction: pauses it and resumes it a while later, or has everything tried again that waits. Whatever becomes of the nodes
 * that are asked, what was paused is resumed in the end: a person does not forget it.
 */
import type { Engine, Intervention } from '@assent/engine';
import type { SimRandom } from '../kernel/index.js';
import type { Promises } from '../truth/index.js';
import type { Api } from './api.js';
import { newDeedId, untilDone } from './deeds.js';

const LOOKS_AFTER_MS = [0, 2_500] as const;
const PAUSED_FOR_MS = [100, 3_000] as const;

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
      promises.renews(this.gid);
      await this.ask({ kind: 'retry', branch: null });
      return;
    }
    promises.pauses(this.gid);
    await this.ask({ kind: 'pause' });
    await api.pause(random.between(...PAUSED_FOR_MS));
    promises.resumes(this.gid);
    await this.ask({ kind: 'resume' });
  }

  private async ask(intervention: Intervention): Promise<void> {
    const { api, random, nowMs } = this.context;
    const id = newDeedId(random, nowMs());
    const deed = { id, intervention, by: 'operator', reason: 'looks after it', ifVersion: null, remarks: {} };
    const ask = (engine: Engine) => engine.intervene(this.gid, deed);
    await untilDone(api, random, { name: `${this.gid} ${intervention.kind}`, ask, told: () => undefined });
  }
}
