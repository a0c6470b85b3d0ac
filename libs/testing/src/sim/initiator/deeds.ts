/** How a person asks for a deed: under one id, of one node after the other, until the answer is one that will not change. */
import type { Engine } from '@assent/engine';
import type { SimRandom } from '../kernel/index.js';
import type { Api, Reply } from './api.js';

/** How often the same is asked, before the person gives up: longer than anything is away. */
const TIMES = 60;
const AGAIN_AFTER_MS = [100, 900] as const;

/** As UUIDv7: the time in milliseconds, and chance. */
export function newDeedId(random: SimRandom, nowMs: number): string {
  const time = Math.floor(nowMs).toString(16).padStart(12, '0');
  const chance = () => random.int(0, 0xfff).toString(16).padStart(3, '0');
  return `${time.slice(0, 8)}-${time.slice(8)}-7${chance()}-8${chance()}-${chance()}${chance()}${chance()}${chance()}`;
}

export interface Asking<T> {
  readonly name: string;
  readonly ask: (engine: Engine) => Promise<T>;
  /** Judged at the moment a node answers, whether the answer arrives or not. */
  readonly told: (value: T) => void;
}

/** Asks until it is done, was done before, or is refused. `recorded` is asked again: the node that drives the transaction has not answered yet. */
export async function untilDone<T extends { readonly kind: string }>(api: Api, random: SimRandom, asking: Asking<T>): Promise<Reply<T>> {
  let reply: Reply<T> = { kind: 'silence' };
  for (let time = 0; time < TIMES; time += 1) {
    reply = await api.once(asking);
    if (reply.kind === 'answered' ? reply.value.kind !== 'recorded' : reply.kind === 'refused' && !api.mayRepeat(reply.code)) break;
    await api.pause(random.between(...AGAIN_AFTER_MS));
  }
  return reply;
}
