/** Hints between the nodes of one coordinator: sent once, to whoever is there. One that is lost makes a command wait a second, nothing else. */
import type { Hint, Hints } from '@assent/engine';
import type { NatsClient } from '@assent/nats';
import type { NatsConnection, Subscription } from '@nats-io/transport-node';

const SUBJECT = 'assent.hint';
/** A hint that is longer than this is not one of ours. */
const MAX_HINT_BYTES = 1_024;

export class NatsHints implements Hints {
  private connection: NatsConnection | null = null;

  constructor(private readonly nats: NatsClient) {
    nats.connection().then(
      (connection) => {
        this.connection = connection;
      },
      () => undefined,
    );
  }

  tell(hint: Hint): void {
    // Without a connection the client would keep it and send it late.
    if (this.connection === null || !this.nats.connected) return;
    try {
      this.connection.publish(SUBJECT, JSON.stringify(hint));
    } catch {
      // Closed in this very moment: the commands are looked for every second.
    }
  }

  listen(heard: (hint: Hint) => void): () => void {
    let subscription: Subscription | null = null;
    let isStopped = false;
    this.nats.connection().then(
      (connection) => {
        if (isStopped || connection.isClosed()) return;
        subscription = connection.subscribe(SUBJECT, {
          callback: (error, message) => {
            const hint = error === null && message.data.length <= MAX_HINT_BYTES ? readHint(message.string()) : null;
            if (hint !== null) heard(hint);
          },
        });
      },
      () => undefined,
    );
    return () => {
      isStopped = true;
      subscription?.unsubscribe();
    };
  }
}

function readHint(text: string): Hint | null {
  try {
    const { kind, gid } = JSON.parse(text) as Partial<Hint>;
    return kind === 'command_recorded' && typeof gid === 'string' ? { kind, gid } : null;
  } catch {
    return null;
  }
}
