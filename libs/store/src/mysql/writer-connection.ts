/**
 * The writer's own connection: several statements per packet, its session set and verified, every wait bounded. Whoever holds one and sees
 * it fail destroys it, so that nothing later rides on a session in an unknown state.
 */
import mysql, { type Connection } from 'mysql2';
import { describe, type MysqlError } from './classify.js';
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
    connection.on('error', () => this.destroy());
    connection.on('end', () => this.destroy());
  }

  /**
   * Connects, makes the session and verifies it.
   * @throws UnusableServerError when the session is not as it must be; whatever the driver throws when there is no connection.
   */
  static async open(options: WriterOptions): Promise<WriterConnection> {
    const { url, connectTimeoutMs, answerTimeoutMs } = options;
    const raw = mysql.createConnection({ uri: url, multipleStatements: true, charset: 'utf8mb4', connectTimeout: connectTimeoutMs });
    try {
      await connected(raw);
      await ask(raw, sessionSetup(options), answerTimeoutMs);
      const rows = (await ask(raw, READ_VARIABLES, answerTimeoutMs)) as readonly { Variable_name: string; Value: string }[];
      const variables = new Map(rows.map((row) => [row.Variable_name, row.Value]));
      const problems = problemsOfSession(variables, options);
      if (problems.length > 0) throw new UnusableServerError(`The database cannot be used: ${problems.join('; ')}`);
      return new WriterConnection(raw, answerTimeoutMs, variables);
    } catch (cause) {
      raw.destroy();
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

  /** Closes the socket at once. The server takes back what was open. */
  destroy(): void {
    this.broken = true;
    this.connection.destroy();
  }

  /** Says goodbye: waits until the server has closed. */
  async end(): Promise<void> {
    this.broken = true;
    await new Promise<void>((resolve) => this.connection.end(() => resolve()));
  }
}

function connected(connection: Connection): Promise<void> {
  return new Promise((resolve, reject) => {
    connection.on('error', reject);
    connection.connect((error) => (error ? reject(error) : resolve()));
  });
}

/** The driver's own timeout leaves the connection unusable, which is what an unanswered packet means here, too. */
function ask(connection: Connection, sql: string, timeoutMs: number): Promise<unknown> {
  return new Promise((resolve, reject) => {
    connection.query({ sql, timeout: timeoutMs }, (error: MysqlError | null, replies: unknown) =>
      error ? reject(error) : resolve(replies),
    );
  });
}

/** An error as text that may be shown: no SQL, no host's secrets. */
export function reasonOf(cause: unknown): string {
  return cause instanceof Error ? describe(cause) : String(cause);
}
