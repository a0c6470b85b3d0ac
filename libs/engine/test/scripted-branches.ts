/**
 * Branches that answer as a test tells them. Behind every branch stands a barrier as the contract of participants describes it, so that a
 * test can ask what really took effect, whatever was sent, repeated or lost.
 */
import type { Endpoint, Outcome } from '@assent/protocol';
import type { BranchCall, BranchInvoker, CallEnd } from '../src/ports/branch-invoker.js';
import type { VirtualClock } from './virtual-clock.js';

/** What happens to one call. */
export type Answer =
  | { readonly kind: 'succeeds'; readonly result?: string }
  | { readonly kind: 'refuses'; readonly code: string }
  | { readonly kind: 'pends' }
  /** It does not take the call, and says when to come back. */
  | { readonly kind: 'busy'; readonly retryAfterMs: number }
  /** It never arrives; the sender times out. */
  | { readonly kind: 'lost' }
  /** It arrives and takes effect, but the answer does not come back. */
  | { readonly kind: 'answer_lost' }
  /** It arrives, and is answered when the test releases it. */
  | { readonly kind: 'held' }
  /** The invoker asks whether it may leave, and then does not send it after all. */
  | { readonly kind: 'not_sent' }
  /** The invoker knows without asking that it cannot be sent. */
  | { readonly kind: 'impossible' };

/** What a branch's own database holds of one transaction. */
export interface Effects {
  forward: 'none' | 'done' | 'refused' | 'blocked';
  end: 'none' | 'committed' | 'rolled_back';
}

const COMMITS: ReadonlySet<string> = new Set(['confirm', 'commit', 'deliver', 'complete']);
const ROLLBACKS: ReadonlySet<string> = new Set(['cancel', 'compensate', 'rollback']);
const LATENCY_MS = 5;

export class ScriptedBranches {
  /** Every call that left, as `gid branch op attempt`, in order. */
  readonly sent: string[] = [];
  /** As `sent`, with the node that sent it. */
  readonly sentBy: Array<{ readonly line: string; readonly by: string }> = [];
  private readonly scripts = new Map<string, Answer[]>();
  private readonly held: Array<{ readonly line: string; readonly release: () => void }> = [];
  private readonly effects = new Map<string, Effects>();
  /** Calls that wait for a place under the concurrency limit; `null`: there are places. */
  private waiting: Array<() => void> | null = null;
  private crowded: ReadonlySet<string> = new Set();
  private fallback: (call: BranchCall) => Answer = () => ({ kind: 'succeeds' });

  constructor(private readonly clock: VirtualClock) {}

  /** The next calls of this op of this branch are answered like this, one after the other; later ones succeed. */
  script(branch: string, op: string, ...answers: readonly Answer[]): void {
    const key = `${branch} ${op}`;
    this.scripts.set(key, [...(this.scripts.get(key) ?? []), ...answers]);
  }

  /** Answers whatever has no script. */
  otherwise(answer: (call: BranchCall) => Answer): void {
    this.fallback = answer;
  }

  /** From now on calls (of these branches; of all, when none are named) wait for a place before they are asked whether they may leave. */
  holdPlaces(...branches: readonly string[]): void {
    this.waiting = [];
    this.crowded = new Set(branches);
  }

  freePlaces(): void {
    const waiting = this.waiting ?? [];
    this.waiting = null;
    for (const go of waiting) go();
  }

  /** Lets the oldest held call of this branch and op be answered with success. */
  release(branch: string, op: string): void {
    const index = this.held.findIndex(({ line }) => line.includes(` ${branch} ${op} `));
    if (index < 0) throw new Error(`no call of ${branch} ${op} is held`);
    this.held.splice(index, 1)[0]?.release();
  }

  releaseNewest(branch: string, op: string): void {
    const index = this.held.findLastIndex(({ line }) => line.includes(` ${branch} ${op} `));
    if (index < 0) throw new Error(`no call of ${branch} ${op} is held`);
    this.held.splice(index, 1)[0]?.release();
  }

  effectsOf(gid: string, branch: string): Effects {
    const key = `${gid} ${branch}`;
    const known = this.effects.get(key) ?? { forward: 'none', end: 'none' };
    this.effects.set(key, known);
    return known;
  }

  /** The invoker of one node. What it has sent arrives even if the process is gone by then; the answer reaches nobody. */
  for(node: string, process: { readonly isAlive: boolean }): BranchInvoker {
    const forever = new Promise<never>(() => {});
    return {
      invoke: async (call, mayLeave) => {
        const end = await this.call(call, () => process.isAlive && mayLeave(), node);
        return process.isAlive ? end : forever;
      },
      participantOf: (endpoint: Endpoint) => ('contract' in endpoint ? endpoint.contract : 'url'),
      close: async () => undefined,
    };
  }

  private async call(call: BranchCall, mayLeave: () => boolean, by: string): Promise<CallEnd> {
    if (this.waiting !== null && (this.crowded.size === 0 || this.crowded.has(call.branch))) {
      await new Promise<void>((go) => this.waiting?.push(go));
    }
    const script = this.scripts.get(`${call.branch} ${call.op}`);
    if (script?.[0]?.kind === 'impossible') {
      script.shift();
      return { kind: 'ended', outcome: { kind: 'unknown', code: 'participant_unknown', message: 'nobody' }, durationMs: 0 };
    }
    if (!mayLeave()) return { kind: 'withdrawn' };
    const answer = script?.shift() ?? this.fallback(call);
    if (answer.kind === 'not_sent') return { kind: 'withdrawn' };
    const line = `${call.gid} ${call.branch} ${call.op} ${call.attempt}`;
    this.sent.push(line);
    this.sentBy.push({ line, by });
    const released = answer.kind === 'held' ? new Promise<void>((release) => this.held.push({ line, release })) : null;
    const isSilent = answer.kind === 'lost' || answer.kind === 'answer_lost';
    await this.pause(LATENCY_MS);
    const outcome = answer.kind === 'lost' ? null : this.arrive(call, answer);
    if (released !== null) await released;
    if (isSilent) await this.pause(call.timeoutMs - LATENCY_MS);
    const timedOut: Outcome = { kind: 'unknown', code: 'timeout', message: 'no answer' };
    return { kind: 'ended', outcome: isSilent || outcome === null ? timedOut : outcome, durationMs: LATENCY_MS };
  }

  /** The barrier and the work behind it. */
  private arrive(call: BranchCall, answer: Answer): Outcome {
    const effects = this.effectsOf(call.gid, call.branch);
    if (answer.kind === 'pends') return { kind: 'pending' };
    if (answer.kind === 'busy') return { kind: 'unknown', code: 'http_503', message: 'busy', retryAfterMs: answer.retryAfterMs };
    if (COMMITS.has(call.op)) {
      if (effects.end === 'rolled_back') return refusal('already_rolled_back');
      effects.end = 'committed';
      return { kind: 'succeeded' };
    }
    if (ROLLBACKS.has(call.op)) {
      if (effects.end === 'committed') return refusal('already_committed');
      if (effects.forward === 'none') effects.forward = 'blocked';
      effects.end = 'rolled_back';
      return { kind: 'succeeded' };
    }
    if (effects.forward === 'blocked') return refusal('rolled_back');
    if (effects.forward === 'none') effects.forward = answer.kind === 'refuses' ? 'refused' : 'done';
    if (effects.forward === 'refused') return refusal(answer.kind === 'refuses' ? answer.code : 'REFUSED');
    return answer.kind === 'succeeds' && answer.result !== undefined ? { kind: 'succeeded', result: answer.result } : { kind: 'succeeded' };
  }

  private pause(ms: number): Promise<void> {
    return new Promise((resolve) => {
      this.clock.after(Math.max(0, ms), resolve);
    });
  }
}

function refusal(code: string): Outcome {
  return { kind: 'rejected', refusal: { code, message: code } };
}
