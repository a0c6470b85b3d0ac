/**
 * When two worlds are the same: everything that the machine's behaviour can depend on, and nothing else. Message numbers, texts and moments are
 * left out; attempts count only where the policy can run out of them.
 */
import type { Transaction } from '@assent/protocol';
import type { Reloads } from './reloads.js';
import type { World } from './world.js';

type Leg = Transaction['branches'][number]['forward'];

export class Keys {
  readonly #states = new WeakMap<Transaction, string>();

  constructor(
    private readonly reloads: Reloads,
    private readonly attempts: 'run out' | 'never run out',
  ) {}

  of({ memory, durable, flushing, sites, stray, registered, local }: World): string {
    const parts = [
      this.#state(memory),
      this.#image(durable),
      distance(memory, durable),
      this.#image(flushing),
      distance(memory, flushing),
      sites.map(({ forward, end }) => forward[0]! + forward[2] + end[0]!).join(','),
      stray,
      registered,
      local,
    ];
    return parts.join('|');
  }

  /** What the image of a state brings back. */
  #image(tx: Transaction | null): string {
    return tx === null ? '' : this.#state(this.reloads.of(tx));
  }

  #state(tx: Transaction): string {
    const known = this.#states.get(tx);
    if (known !== undefined) return known;
    const legs = tx.branches.map(
      ({ inHorizon, released, forward, end }) => `${inHorizon ? 'h' : ''}${released ? 'r' : ''}${this.#leg(forward)}/${this.#leg(end)}`,
    );
    const check = tx.check === null ? '' : this.#leg(tx.check);
    const text = `${tx.status}${tx.paused === null ? '' : '!'} ${legs.join(' ')} ${check}`;
    this.#states.set(tx, text);
    return text;
  }

  #leg({ state, sent, flight, attempts }: Leg): string {
    const by = state.kind === 'succeeded' && state.by === 'initiator' ? 'i' : '';
    return `${state.kind}${by}${sent === 'no' ? '' : '+'}${flight === null ? '' : '^'}${this.attempts === 'run out' ? attempts : ''}`;
  }
}

function distance(memory: Transaction, other: Transaction | null): string {
  if (other === null) return '';
  if (memory.revision.urgent !== other.revision.urgent) return 'n';
  return memory.revision.shown === other.revision.shown ? '=' : 'l';
}
