/** The registry of participants: hears announcements, keeps them, and knows who is up, silent or in conflict. */
import { eventSubjectPrefix } from '@assent/protocol';
import type { HeardAnnouncement, SqlRegistryStore } from '@assent/store';
import { CONTRACT_UNSERVED, type EgressPolicy, formProblem, type HostList } from '@assent/transport';
import { ApiError } from '../errors/index.js';
import { type Announcement, type SignatureHeaders, signatureBy, TOLERANCE_SECONDS } from './announcement.js';
import { judge } from './claims.js';
import { RegistryDirectory } from './directory.js';
import { type Heard, type RegistryDesk, type RegistrySheet, sheetOf } from './registry-desk.js';

export interface RegistryParts {
  readonly store: SqlRegistryStore;
  /** Participants that may announce themselves, with the keys that prove it. */
  readonly keys: ReadonlyMap<string, string>;
  /** Those of them that are called where they announce themselves. */
  readonly called: ReadonlySet<string>;
  readonly egress: EgressPolicy;
  /** Hosts that may be announced; in development those of this machine, too. */
  readonly hosts: HostList;
  readonly allowLoopback: boolean;
  readonly silentAfterMs: number;
  readonly monotonicMs: () => number;
  readonly wallClockMs: () => number;
}

/** What other nodes heard is known here after this time, in milliseconds. */
const REFRESH_MS = 1_000;
/** Three beats may be lost before an instance is silent. */
const BEATS_ALLOWED = 3;
const MOST_INSTANCES = 200;
/** For as long as some node, whose clock is behind this one's, may take a signature for valid. */
const KEEP_HEARD_SECONDS = 3 * TOLERANCE_SECONDS;
const FORGET_EVERY_MS = 60_000;
const OVER_NATS = 'nats:';
/** The second word of the subjects of events, where those of calls have the name of the participant. */
const RESERVED_NAME = eventSubjectPrefix.split('.')[1];

export class Registry implements RegistryDesk {
  readonly directory: RegistryDirectory;
  private timer: NodeJS.Timeout | null = null;
  private reading: Promise<void> | null = null;
  private forgetAtMs = 0;

  constructor(private readonly parts: RegistryParts) {
    this.directory = new RegistryDirectory(parts.silentAfterMs);
  }

  /** Reads the registry, and goes on reading it until `stop`. Throws `StoreUnavailableError`. */
  async start(): Promise<void> {
    await this.refresh();
    // While the database is away what was read last counts.
    this.timer = setInterval(() => void this.refresh().catch(() => undefined), REFRESH_MS);
    this.timer.unref();
  }

  /** Stops reading; a read under way ends first. */
  async stop(): Promise<void> {
    if (this.timer !== null) clearInterval(this.timer);
    await this.reading?.catch(() => undefined);
  }

  async announce(announcement: Announcement, signature: SignatureHeaders): Promise<Heard> {
    const { parts } = this;
    const key = parts.keys.get(announcement.participant);
    const fingerprint = key === undefined ? null : signatureBy(key, announcement, signature, parts.wallClockMs());
    if (fingerprint === null) {
      throw new ApiError('announcement_not_signed', `It is not signed by the key of the participant "${announcement.participant}".`);
    }
    requireFreeName(announcement);
    requireOwnNames(announcement);
    for (const [at, endpoint] of announcement.endpoints.entries()) this.requireEndpoint(endpoint, at);
    const { participant, instance, state } = announcement;
    if (state === 'up') this.requireRoom(announcement);
    await this.requireNew({ participant, instance, saidAt: Number(signature.timestamp), fingerprint });
    if (state === 'leaving') {
      await parts.store.remove(participant, instance);
      await this.refresh();
      return { heartbeatMs: this.heartbeatMs, contracts: [] };
    }
    const contracts = await this.claim(announcement);
    const { state: _state, ...registered } = announcement;
    await parts.store.beat(registered, Math.round(parts.wallClockMs()));
    await this.refresh();
    return { heartbeatMs: this.heartbeatMs, contracts };
  }

  async read(): Promise<RegistrySheet> {
    await this.refresh();
    const unserved = await this.parts.store.countUnserved(CONTRACT_UNSERVED);
    return sheetOf(this.directory, unserved, this.parts.called);
  }

  private get heartbeatMs(): number {
    return Math.floor(this.parts.silentAfterMs / BEATS_ALLOWED);
  }

  private async claim(announcement: Announcement): Promise<Heard['contracts']> {
    const { store, wallClockMs } = this.parts;
    const heard: { name: string; state: 'up' | 'in_conflict'; detail?: string }[] = [];
    for (const contract of announcement.contracts) {
      const nowMs = Math.round(wallClockMs());
      let verdict = judge(contract, announcement, this.directory.claimOf(contract.name), this.directory.isAlive, nowMs);
      if (verdict.kind === 'claims' && verdict.instead === null) {
        // Two may claim it at one time: the database says whose it is.
        const kept = await store.claim(verdict.claim);
        verdict = judge(contract, announcement, kept, (service) => service === kept.service, nowMs);
      } else if (verdict.kind === 'claims' && verdict.instead !== null && !(await store.replaceClaim(verdict.instead, verdict.claim))) {
        await this.refresh();
        verdict = judge(contract, announcement, this.directory.claimOf(contract.name), () => true, nowMs);
      }
      const { name } = contract;
      heard.push(verdict.kind === 'conflict' ? { name, state: 'in_conflict', detail: verdict.detail } : { name, state: 'up' });
    }
    return heard;
  }

  /**
   * A signature is valid for minutes: whoever has captured an announcement could send it again, and have calls go to where the instance no longer is, or
   * keep one in the registry that is gone.
   */
  private async requireNew(said: HeardAnnouncement): Promise<void> {
    const hearing = await this.parts.store.hear(said);
    if (hearing === 'first') return;
    const what = hearing === 'repeated' ? 'This announcement' : 'A newer announcement';
    throw new ApiError('announcement_repeated', `${what} of the instance "${said.instance}" has been heard already.`);
  }

  private requireEndpoint(endpoint: string, at: number): void {
    if (endpoint === OVER_NATS) return;
    const pointer = `/endpoints/${at}`;
    const form = formProblem(endpoint) ?? (endpoint.includes('?') ? 'It has a query.' : null);
    if (form !== null) throw new ApiError('endpoint_not_allowed', `"${endpoint}" is no base URL. ${form}`, { pointer });
    const { hostname } = new URL(endpoint);
    const literal = hostname === 'localhost' ? '127.0.0.1' : hostname;
    const problem = this.parts.egress.checkHost(literal);
    if (problem !== null) throw new ApiError('endpoint_not_allowed', problem.detail, { pointer });
    const isLoopback = this.parts.allowLoopback && /^(127\.|\[::1\]$)/.test(literal);
    if (!isLoopback && !this.parts.hosts.includes(hostname)) {
      throw new ApiError('endpoint_not_allowed', `${hostname} is not in the list of hosts that may be announced (ASSENT_REGISTRY_HOSTS).`, {
        pointer,
      });
    }
  }

  private requireRoom({ participant, instance }: Announcement): void {
    const others = this.directory.standings.filter((standing) => standing.instance.participant === participant);
    if (others.length < MOST_INSTANCES || others.some((standing) => standing.instance.instance === instance)) return;
    throw new ApiError('too_many_instances', `${MOST_INSTANCES} instances of "${participant}" are known already.`);
  }

  private refresh(): Promise<void> {
    this.reading ??= this.readAll().finally(() => {
      this.reading = null;
    });
    return this.reading;
  }

  private async readAll(): Promise<void> {
    const { store, monotonicMs } = this.parts;
    const { instances, claims } = await store.read();
    const forgettable = this.directory.take(instances, claims, monotonicMs());
    for (const { participant, instance, beats } of forgettable) await store.remove(participant, instance, beats);
    await this.forgetHeard();
  }

  private async forgetHeard(): Promise<void> {
    const { store, monotonicMs, wallClockMs } = this.parts;
    if (monotonicMs() < this.forgetAtMs) return;
    this.forgetAtMs = monotonicMs() + FORGET_EVERY_MS;
    await store.forgetHeard(Math.floor(wallClockMs() / 1_000) - KEEP_HEARD_SECONDS);
  }
}

/** The stream of events would take its calls over NATS for events, and answer them. */
function requireFreeName({ participant }: Announcement): void {
  if (participant !== RESERVED_NAME) return;
  throw new ApiError('name_reserved', `No participant can be called "${participant}".`, { pointer: '/participant' });
}

/** `inventory` announces `inventory.reserve`, and nothing of others. */
function requireOwnNames({ participant, contracts }: Announcement): void {
  for (const [at, { name }] of contracts.entries()) {
    if (name.startsWith(`${participant}.`) && name.length > participant.length + 1) continue;
    throw new ApiError('not_your_name', `"${name}" does not begin with "${participant}.".`, { pointer: `/contracts/${at}/name` });
  }
}
