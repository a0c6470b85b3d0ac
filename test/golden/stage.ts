/**
 * A driver small enough to read: memory, the durable image, one flush in the air. It does what the engine does (flush, then send what the
 * present state owes and the image permits) and writes down each step.
 */
import {
  type Answer,
  begin,
  imageOf,
  load,
  type Plan,
  type Policy,
  type ProtocolEvent,
  planFor,
  step,
  type Transaction,
  view,
} from '@assent/protocol';
import { describeBranches, describeCall, describeFlush, seconds } from './print.js';
import type { Opening } from './script.js';

const LAZY_FLUSH_MS = 1_000;
/** More than any transcript needs; a machine that never comes to rest fails here instead of hanging. */
const MAX_MOVES = 1_000;

export class Stage {
  readonly #lines: string[] = [];
  readonly #policy: Policy;
  #memory: Transaction;
  #durable: Transaction | null = null;
  #inAir: Transaction | null = null;
  #held = false;
  #nowMs = 0;
  #version = 0;
  #dirtySinceMs: number | null = null;

  constructor({ definition, policy }: Opening, hold: 'flushes are held' | 'flushes land') {
    this.#policy = policy;
    this.#held = hold === 'flushes are held';
    this.#memory = begin({ gid: 'g', name: 'story', businessKey: null, createdBy: 'local', createdAtMs: 0 }, definition, policy);
    this.#move();
  }

  get nowMs(): number {
    return this.#nowMs;
  }

  /** What has been written down since the last call. */
  takeLines(): readonly string[] {
    return this.#lines.splice(0);
  }

  apply(event: ProtocolEvent): void {
    const before = this.#memory;
    const { tx, answer } = step(before, event);
    if (answer.kind === 'ignored' && tx !== before) throw new Error('an ignored event changed the state');
    this.#memory = tx;
    this.#writeAnswer(answer);
    this.#move();
  }

  /** Time passes: wakes, retries and lazy flushes happen when they come due. Calls in the air stay there. */
  wait(durationMs: number): void {
    const untilMs = this.#nowMs + durationMs;
    for (let moves = 0; moves < MAX_MOVES; moves += 1) {
      const nextMs = Math.min(
        this.#plan().wakeAtMs ?? Number.POSITIVE_INFINITY,
        (this.#dirtySinceMs ?? Number.POSITIVE_INFINITY) + LAZY_FLUSH_MS,
      );
      if (nextMs > untilMs) break;
      this.#nowMs = Math.max(nextMs, this.#nowMs);
      if (this.#dirtySinceMs !== null && this.#nowMs >= this.#dirtySinceMs + LAZY_FLUSH_MS) this.#startFlush();
      else this.#memory = step(this.#memory, { kind: 'woke', atMs: this.#nowMs }).tx;
      this.#move(` at ${seconds(this.#nowMs)}`);
    }
    this.#nowMs = untilMs;
  }

  holdFlushes(): void {
    this.#held = true;
  }

  landFlushes(): void {
    this.#held = false;
    if (this.#inAir !== null) this.#land(this.#inAir);
    this.#move();
  }

  /** The node dies; another one loads what is durable. A flush in the air is lost. */
  crash(): void {
    this.#inAir = null;
    this.#held = false;
    if (this.#durable === null) throw new Error('nothing was durable yet');
    const { gid, name, businessKey, createdBy, createdAtMs } = this.#durable;
    const origin = { gid, name, businessKey, createdBy, createdAtMs };
    this.#memory = load({ origin, image: imageOf(this.#durable), policy: this.#policy, version: this.#version, finishedAtMs: null });
    this.#durable = this.#memory;
    this.#dirtySinceMs = null;
    this.#write('load', `${this.#memory.status} v${this.#version}`);
    this.#move();
  }

  show(): void {
    for (const line of describeBranches(view(this.#memory, this.#version, null))) this.#write('is', line);
    const { waitsFor, wakeAtMs } = this.#plan();
    const wakes = wakeAtMs === null ? '' : `, wakes at ${seconds(wakeAtMs)}`;
    this.#write('waits', `for ${waitsFor === 'final' ? 'nothing' : waitsFor}${wakes}`);
  }

  #plan(): Plan {
    return planFor(this.#memory, this.#durable, this.#nowMs);
  }

  #move(note = ''): void {
    for (let moves = 0; moves < MAX_MOVES; moves += 1) {
      const { flush, invokes } = this.#plan();
      if (flush === 'lazily') this.#dirtySinceMs ??= this.#nowMs;
      if (flush === 'now' && this.#inAir === null) {
        this.#startFlush();
        continue;
      }
      const [call] = invokes;
      if (call === undefined) return;
      const { branch, op, attempt } = call;
      this.#memory = step(this.#memory, { kind: 'sent', branch, op, attempt, atMs: this.#nowMs }).tx;
      this.#write('send', `${describeCall(call)}${note}`);
    }
    throw new Error(`still moving after ${MAX_MOVES} moves`);
  }

  #startFlush(): void {
    const line = describeFlush(this.#memory, this.#durable, this.#version + 1);
    this.#write('flush', this.#held ? `${line} (in the air)` : line);
    this.#dirtySinceMs = null;
    if (this.#held) this.#inAir = this.#memory;
    else this.#land(this.#memory);
  }

  #land(flushed: Transaction): void {
    if (this.#inAir !== null) this.#write('lands', `${flushed.status} v${this.#version + 1}`);
    this.#inAir = null;
    this.#durable = flushed;
    this.#version += 1;
  }

  #writeAnswer(answer: Answer): void {
    if (answer.kind === 'refused') this.#write('refused', `${answer.code}: ${answer.detail}`);
    if (answer.kind === 'repeated') this.#write('repeated', 'as before');
    if (answer.kind === 'ignored') this.#write('ignored', answer.mark);
  }

  #write(verb: string, what: string): void {
    this.#lines.push(`  ${verb.padEnd(9)}${what}`);
  }
}
