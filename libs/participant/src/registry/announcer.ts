/**
 * Tells the coordinator, at boot and ever again, which contracts this instance serves and where, and that it leaves when it goes. Over REST, or
 * over NATS by a request to `assent.registry.announce`; signed with the participant's key over the RFC 8785 form of the body.
 */
import { randomUUID } from 'node:crypto';
import { header } from '@assent/protocol';
import type { NatsConnection } from '@nats-io/transport-node';
import { headers as natsHeaders } from '@nats-io/transport-node';
import { configure } from 'safe-stable-stringify';
import { Webhook } from 'standardwebhooks';

/** Where and as what an instance announces itself. */
export interface AnnounceOptions {
  /** Base URLs of coordinators, asked in turn. Without any the announcement goes over NATS. */
  readonly coordinators?: readonly string[];
  /** Where this instance is called: base URLs, and `nats:`. */
  readonly endpoints: readonly string[];
  /** The application, the same for all its instances. Default: the participant's name. */
  readonly service?: string;
  /** This process. Default: drawn at boot. */
  readonly instance?: string;
  /** Of the application. Default `0`. */
  readonly version?: string;
}

export interface AnnouncedContract {
  readonly name: string;
  readonly ops: readonly string[];
  /** SHA-256 of the schema of its payload, in hex; `null`: none is known. */
  readonly schemaHash: string | null;
}

export interface AnnouncerParts {
  readonly participant: string;
  readonly key: string;
  readonly contracts: readonly AnnouncedContract[];
  readonly options: AnnounceOptions;
  /** The connection over which branches are served, while it is there. */
  readonly nats: () => NatsConnection | null;
  readonly log: { log(text: string): void; warn(text: string): void };
}

interface Heard {
  readonly heartbeatMs: number;
  readonly contracts: readonly { readonly name: string; readonly state: string; readonly detail?: string }[];
}

/** With sorted keys JavaScript writes the RFC 8785 form. */
const canonicalText = configure({ deterministic: true });
const SUBJECT = 'assent.registry.announce';
/** Until the coordinator has said how often, and after nobody heard; milliseconds. */
const RETRY_MS = 2_000;
const ANSWER_MS = 3_000;
const GOODBYE_MS = 1_000;

export class Announcer {
  private readonly webhook: Webhook;
  private readonly instance: string;
  private timer: NodeJS.Timeout | undefined;
  private stopped = false;
  private turn = 0;
  private said = '';

  constructor(private readonly parts: AnnouncerParts) {
    this.webhook = new Webhook(parts.key);
    this.instance = parts.options.instance ?? randomUUID();
  }

  /** Announces in the background, ever again until `stop`. */
  start(): void {
    void this.beat();
  }

  /** Says goodbye, for at most a second: whoever cannot be reached finds out by the silence. */
  async stop(): Promise<void> {
    this.stopped = true;
    clearTimeout(this.timer);
    await this.send('leaving', GOODBYE_MS).catch(() => undefined);
  }

  private async beat(): Promise<void> {
    let waitMs = RETRY_MS;
    try {
      const heard = await this.send('up', ANSWER_MS);
      waitMs = heard.heartbeatMs;
      const conflicts = heard.contracts.filter(({ state }) => state === 'in_conflict');
      this.say(
        conflicts.length === 0
          ? 'announced to the coordinator'
          : `gets no calls for ${conflicts.map(({ name, detail }) => `${name} (${detail})`).join('; ')}`,
      );
    } catch (error) {
      this.turn += 1;
      this.say(`could not be announced, and tries again: ${error instanceof Error ? error.message : String(error)}`);
    }
    if (!this.stopped) this.timer = setTimeout(() => void this.beat(), waitMs);
  }

  /** Says what is new, once. */
  private say(text: string): void {
    if (text === this.said) return;
    this.said = text;
    if (text.startsWith('announced')) this.parts.log.log(text);
    else this.parts.log.warn(text);
  }

  private async send(state: 'up' | 'leaving', timeoutMs: number): Promise<Heard> {
    const { participant, contracts, options, nats } = this.parts;
    const { service = participant, version = '0', endpoints, coordinators = [] } = options;
    const body = canonicalText({ participant, service, instance: this.instance, version, state, contracts, endpoints }) ?? '';
    const signed = this.signed(body);
    if (coordinators.length > 0) return post(coordinators[this.turn % coordinators.length] ?? '', body, signed, timeoutMs);
    const connection = nats();
    if (connection === null) throw new Error('NATS is not there');
    return request(connection, body, signed, timeoutMs);
  }

  private signed(body: string): Readonly<Record<string, string>> {
    const id = `announcement-${randomUUID()}`;
    const now = new Date();
    return {
      [header.id]: id,
      [header.timestamp]: String(Math.floor(now.getTime() / 1_000)),
      [header.signature]: this.webhook.sign(id, now, body),
    };
  }
}

async function post(coordinator: string, body: string, signed: Readonly<Record<string, string>>, timeoutMs: number): Promise<Heard> {
  const response = await fetch(`${coordinator.replace(/\/+$/, '')}/v1/registry/announcements`, {
    method: 'POST',
    headers: { 'content-type': 'application/json', ...signed },
    body,
    signal: AbortSignal.timeout(timeoutMs),
  });
  const answer = (await response.json()) as Heard & { readonly code?: string; readonly detail?: string };
  return heardIn(response.status, answer);
}

async function request(
  connection: NatsConnection,
  body: string,
  signed: Readonly<Record<string, string>>,
  timeoutMs: number,
): Promise<Heard> {
  const sent = natsHeaders();
  for (const [name, value] of Object.entries(signed)) sent.set(name, value);
  const message = await connection.request(SUBJECT, body, { headers: sent, timeout: timeoutMs });
  const { status, body: answer } = message.json<{ readonly status: number; readonly body: Heard }>();
  return heardIn(status, answer);
}

function heardIn(status: number, answer: Heard & { readonly code?: string; readonly detail?: string }): Heard {
  if (status === 200) return answer;
  throw new Error(`${status} ${answer.code ?? ''} ${answer.detail ?? ''}`.trim());
}
