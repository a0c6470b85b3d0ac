/** One request to the coordinator over a bounded pool of kept connections, bounded in time and in bytes. Never follows redirects. */
import { Pool } from 'undici';

/** What the coordinator answered; `body` is parsed JSON, or `null` when there was none that could be read. */
export interface HttpAnswer {
  readonly status: number;
  readonly retryAfterMs: number | null;
  readonly body: unknown;
}

/** No answer: whether the request was carried out is unknown. `code` says what was met. */
export class NoAnswer extends Error {
  override readonly name = 'NoAnswer';

  constructor(
    readonly code: 'connect_failed' | 'reset' | 'timeout' | 'answer_too_large' | 'closed',
    options?: ErrorOptions,
  ) {
    super(`No answer from the coordinator: ${code}`, options);
  }
}

export interface HttpRequest {
  readonly method: 'GET' | 'POST';
  readonly path: string;
  readonly body?: unknown;
  /** Beside those of every request. */
  readonly headers?: Readonly<Record<string, string>>;
  /** For the whole exchange, from the first byte to the last. */
  readonly timeoutMs: number;
}

/** What the client asks of its transport; the tests of retries put a scripted one in its place. */
export interface Channel {
  /** Throws `NoAnswer` and nothing else. */
  send(request: HttpRequest): Promise<HttpAnswer>;
  close(): Promise<void>;
}

/** An answer shows one transaction; the coordinator's own limits keep it far below this. */
const maxAnswerBytes = 16 * 1024 * 1024;
const connectTimeoutMs = 2_000;
const connectFailures = new Set(['ECONNREFUSED', 'ENOTFOUND', 'EAI_AGAIN', 'EHOSTUNREACH', 'ENETUNREACH', 'UND_ERR_CONNECT_TIMEOUT']);

export class HttpChannel implements Channel {
  private readonly pool: Pool;
  private readonly prefix: string;
  private readonly accepted: Readonly<Record<string, string>>;
  private readonly sent: Readonly<Record<string, string>>;

  /**
   * `baseUrl`: origin and optional path prefix of the coordinator. `connections`: how many requests may be in the air at once. `key`: sent with
   * every request.
   */
  constructor(baseUrl: string, connections: number, key?: string) {
    const credentials: Readonly<Record<string, string>> = key === undefined ? {} : { authorization: `Bearer ${key}` };
    this.accepted = { ...jsonAccepted, ...credentials };
    this.sent = { ...jsonSent, ...credentials };
    const url = new URL(baseUrl);
    this.prefix = url.pathname.replace(/\/+$/, '');
    this.pool = new Pool(url.origin, { connections, pipelining: 1, connect: { timeout: connectTimeoutMs } });
  }

  async send(request: HttpRequest): Promise<HttpAnswer> {
    const deadline = new AbortController();
    const timer = setTimeout(() => deadline.abort(), request.timeoutMs);
    try {
      return await this.exchange(request, deadline.signal);
    } catch (cause) {
      if (cause instanceof NoAnswer) throw cause;
      throw new NoAnswer(deadline.signal.aborted ? 'timeout' : codeOf(cause), { cause });
    } finally {
      clearTimeout(timer);
    }
  }

  /** Waits for requests in the air, which their own time bounds. */
  close(): Promise<void> {
    return this.pool.close();
  }

  private headersOf({ body, headers }: HttpRequest): Readonly<Record<string, string>> {
    const always = body === undefined ? this.accepted : this.sent;
    return headers === undefined ? always : { ...always, ...headers };
  }

  private async exchange(request: HttpRequest, signal: AbortSignal): Promise<HttpAnswer> {
    const response = await this.pool.request({
      method: request.method,
      path: this.prefix + request.path,
      headers: this.headersOf(request),
      body: request.body === undefined ? null : JSON.stringify(request.body),
      headersTimeout: request.timeoutMs,
      bodyTimeout: request.timeoutMs,
      signal,
    });
    const chunks: Buffer[] = [];
    let bytes = 0;
    for await (const chunk of response.body) {
      bytes += (chunk as Buffer).length;
      if (bytes > maxAnswerBytes) throw new NoAnswer('answer_too_large');
      chunks.push(chunk as Buffer);
    }
    return {
      status: response.statusCode,
      retryAfterMs: readRetryAfter(response.headers['retry-after']),
      body: parseJson(Buffer.concat(chunks).toString('utf8')),
    };
  }
}

/** Sends a join token with every request, over the connections of another channel. */
export class JoiningChannel implements Channel {
  private readonly headers: Readonly<Record<string, string>>;

  constructor(
    private readonly channel: Channel,
    joinToken: string,
  ) {
    this.headers = { 'assent-join-token': joinToken };
  }

  send(request: HttpRequest): Promise<HttpAnswer> {
    return this.channel.send({ ...request, headers: { ...request.headers, ...this.headers } });
  }

  /** The connections are the other channel's to close. */
  async close(): Promise<void> {}
}

const jsonAccepted = { accept: 'application/json' };
const jsonSent = { accept: 'application/json', 'content-type': 'application/json' };

function codeOf(cause: unknown): NoAnswer['code'] {
  const code = (cause as { code?: unknown } | null)?.code;
  if (code === 'UND_ERR_HEADERS_TIMEOUT' || code === 'UND_ERR_BODY_TIMEOUT') return 'timeout';
  if (code === 'UND_ERR_CLOSED' || code === 'UND_ERR_DESTROYED') return 'closed';
  return typeof code === 'string' && connectFailures.has(code) ? 'connect_failed' : 'reset';
}

/** RFC 9110: seconds, or a date. */
function readRetryAfter(value: string | string[] | undefined): number | null {
  const text = Array.isArray(value) ? value[0] : value;
  if (text === undefined) return null;
  if (/^\d{1,6}$/.test(text)) return Number(text) * 1_000;
  const at = Date.parse(text);
  return Number.isNaN(at) ? null : Math.max(0, at - Date.now());
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return null;
  }
}
