/** How initiators reach the coordinators: requests and answers may be lost, and any node may be asked. */
import { type Engine, EngineError, type EngineErrorCode } from '@assent/engine';
import type { TransactionView } from '@assent/protocol';
import type { Running, SimNode } from '../coordinator/index.js';
import type { Faults, Journal, Marks, SimRandom, Timeline } from '../kernel/index.js';
import type { Promises } from '../truth/index.js';

export type Reply<T> =
  | { readonly kind: 'answered'; readonly value: T }
  | { readonly kind: 'refused'; readonly code: EngineErrorCode; readonly view: TransactionView | null }
  | { readonly kind: 'silence' };

export interface Request<T> {
  /** For the journal. */
  readonly name: string;
  readonly ask: (engine: Engine) => Promise<T>;
  /** Judged at the moment the node answers, whether the answer arrives or not. */
  readonly told: (value: T) => void;
}

const LATENCY_MS = [0.3, 4] as const;
/** After this long without an answer an initiator asks again. */
const PATIENCE_MS = 2_500;
/** Answers after which the same may be asked again. */
const repeatable: ReadonlySet<EngineErrorCode> = new Set([
  'outcome_unknown',
  'store_unavailable',
  'overloaded',
  'draining',
  'not_ready',
  'too_many_waiters',
]);

export interface ApiContext {
  readonly timeline: Timeline;
  readonly random: SimRandom;
  readonly faults: Faults;
  readonly journal: Journal;
  readonly marks: Marks;
  readonly promises: Promises;
  readonly nodes: readonly SimNode[];
}

export class Api {
  constructor(private readonly context: ApiContext) {}

  /** Asks any node, once. */
  once<T>({ name, ask, told }: Request<T>): Promise<Reply<T>> {
    const { timeline, random, faults, journal, nodes } = this.context;
    const node = random.pick(nodes);
    return new Promise((resolve) => {
      let isOver = false;
      const end = (reply: Reply<T>) => {
        if (isOver) return;
        isOver = true;
        patience.cancel();
        journal.note('initiator', `${name}: ${reply.kind === 'refused' ? reply.code : reply.kind}`);
        resolve(reply);
      };
      const patience = timeline.after(PATIENCE_MS, () => end({ kind: 'silence' }));
      if (faults.strikes('api-loss')) return;
      timeline.after(this.latency(), () => {
        const running = node.current;
        if (running === null) {
          end({ kind: 'silence' });
          return;
        }
        const answer = (reply: Reply<T>) => {
          if (running.process.isGone || faults.strikes('api-loss')) return;
          timeline.after(this.latency(), () => end(reply));
        };
        running.process.deliver(() => this.serve(running, ask, told, answer));
      });
    });
  }

  /** True when the same may be asked again after this refusal. */
  mayRepeat(code: EngineErrorCode): boolean {
    return repeatable.has(code);
  }

  /** Asks until there is an answer that will not change, at most `times`. */
  async persist<T>(request: Request<T>, times: number): Promise<Reply<T>> {
    let reply: Reply<T> = { kind: 'silence' };
    for (let time = 0; time < times; time += 1) {
      reply = await this.once(request);
      if (reply.kind === 'answered' || (reply.kind === 'refused' && !repeatable.has(reply.code))) return reply;
      await this.pause(this.context.random.between(50, 700));
    }
    return reply;
  }

  pause(ms: number): Promise<void> {
    return new Promise((resolve) => {
      this.context.timeline.after(ms, resolve);
    });
  }

  private serve<T>(
    { engine, process }: Running,
    ask: (engine: Engine) => Promise<T>,
    told: (value: T) => void,
    answer: (reply: Reply<T>) => void,
  ): void {
    const isGone = () => process.isGone;
    ask(engine).then(
      (value) => {
        if (isGone()) return;
        told(value);
        answer({ kind: 'answered', value });
      },
      (error: unknown) => {
        if (isGone()) return;
        if (!(error instanceof EngineError)) throw error;
        this.context.marks.reach(error.code);
        if (error.view !== undefined) this.context.promises.shown(error.view);
        answer({ kind: 'refused', code: error.code, view: error.view ?? null });
      },
    );
  }

  private latency(): number {
    return this.context.random.between(...LATENCY_MS);
  }
}
