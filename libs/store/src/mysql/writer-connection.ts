/**
 * The writer's own connection: several statements per packet, its session set and verified, every wait bounded. Whoever holds one and sees
 * it fail destroys it, so that nothing later rides on a session in an unknown state.
 */
import type { Socket } from 'node:net';
import mysql, { type Connection } from 'mysql2';
import { describe } from './classify.js';
import { problemsOfSession, READ_VARIABLES, type ServerVariables, type SessionSettings, sessionSetup } from './session.js';

export interface WriterOptions extends SessionSettings {
  readonly url: string;
  readonly connectTimeoutMs: number;
  /** How long the answer to one packet may take. */
  readonly answerTimeoutMs: number;
}

/** The server answers, but cannot be used as it is set up. Its message says what to change. */
export class UnusableServerError extends Error {
  override readonly name = 'UnusableServerError';
}

export class WriterConnection {
  private broken = false;

  private constructor(
    private readonly connection: Connection,
    private readonly answerTimeoutMs: number,
    readonly variables: ServerVariables,
  ) {
    // Only noted: destroying the connection here would keep the driver from failing the packet that waits for its answer.
    const note = () => {
      this.broken = true;
    };
    connection.on('error', note);
    connection.on('end', note);
  }

  /**
   * Connects, makes the session and verifies it.
   * @throws UnusableServerError when the session is not as it must be; whatever the driver throws when there is no connection.
   */
  static async open(options: WriterOptions): Promise<WriterConnection> {
    const { url, connectTimeoutMs, answerTimeoutMs } = options;
    const raw = mysql.createConnection({
      uri: url,
      multipleStatements: true,
      charset: 'utf8mb4',
      connectTimeout: connectTimeoutMs,
      // Packets come with their literals in place: the driver need not search them for placeholders.
      queryFormat: (sql: string) => sql,
    });
    try {
      await connected(raw);
      await ask(raw, sessionSetup(options), answerTimeoutMs);
      const rows = (await ask(raw, READ_VARIABLES, answerTimeoutMs)) as readonly { Variable_name: string; Value: string }[];
      const variables = new Map(rows.map((row) => [row.Variable_name, row.Value]));
      const problems = problemsOfSession(variables, options);
      if (problems.length > 0) throw new UnusableServerError(`The database cannot be used: ${problems.join('; ')}`);
      return new WriterConnection(raw, answerTimeoutMs, variables);
    } catch (cause) {
      cutOff(raw);
      throw cause;
    }
  }

  /** False once the connection has failed or was destroyed. */
  get usable(): boolean {
    return !this.broken;
  }

  /** Sends one packet; answers the reply, or an array of replies when there are several statements. Throws what the driver throws. */
  async send(sql: string): Promise<unknown> {
    return ask(this.connection, sql, this.answerTimeoutMs);
  }

  /**
   * Closes the socket at once: what was not sent is not, and the server takes back what was open. A packet that waits for its answer fails.
   */
  destroy(): void {
    this.broken = true;
    cutOff(this.connection);
  }
}

/** The driver's own `destroy` says goodbye after everything that is queued: this does not. */
function cutOff(connection: Connection): void {
  (connection as Connection & { readonly stream: Socket }).stream.destroy();
}

function connected(connection: Connection): Promise<void> {
  return new Promise((resolve, reject) => {
    connection.on('error', reject);
    connection.connect((error) => (error ? reject(error) : resolve()));
  });
}

/** The clock is our own: the driver's goes on ticking after a connection broke, and keeps a process from ending. */
function ask(connection: Connection, sql: string, timeoutMs: number): Promise<unknown> {
  return new Promise((resolve, reject) => {
    const timer = setTimeout(() => {
      reject(new Error(`no answer within ${timeoutMs} ms`));
      cutOff(connection);
    }, timeoutMs);
    connection.query(sql, (error, replies) => {
      clearTimeout(timer);
      if (error) reject(error);
      else resolve(replies);
    });
  });
}

/** An error as text that may be shown: no SQL, no host's secrets. */
export function reasonOf(cause: unknown): string {
  return cause instanceof Error ? describe(cause) : String(cause);
}
