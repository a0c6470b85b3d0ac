/**
 * What people administer, behind the routes: keys, audit, approvals, escalation. It is there once the store has been opened, and is closed before it.
 */
import { randomBytes, randomUUID } from 'node:crypto';
import { StoreUnavailableError } from '@assent/engine';
import { ApiKeyTable, databaseMoment, isDatabaseAway, type OpenedStore, sharedSecret } from '@assent/store';
import type { WebhookSender } from '@assent/transport';
import type { FastifyRequest } from 'fastify';
import type { DataSource } from 'typeorm';
import { ApiKeys, type Guarding, HeaderAuthenticator, JoinTokens, type KeyDocuments, Ownership, Tokens } from '../access/index.js';
import type { AccessConfiguration } from '../configuration/index.js';
import { ApiError } from '../errors/index.js';
import type { ActionRunner } from './approval/action-runner.js';
import { Approvals } from './approval/approvals.js';
import { AuditAdministration, type ChainLog } from './audit/audit-administration.js';
import { RefusalLog } from './audit/refusal-log.js';
import { refusedDeedOf } from './audit/refused-deeds.js';
import { Escalations } from './escalation/escalations.js';
import { Escalator, type OpenBreaker } from './escalation/escalator.js';
import { KeyAdministration } from './keys/key-administration.js';

const JOIN_SECRET = 'join-token';
const SECRET_BYTES = 32;

interface Opened {
  readonly keys: KeyAdministration;
  readonly audit: AuditAdministration;
  readonly approvals: Approvals;
  readonly escalations: Escalations;
  readonly escalator: Escalator;
  readonly joinTokens: JoinTokens;
}

export interface AdministrationParts {
  /** `null`: access control is off. */
  readonly access: AccessConfiguration | null;
  readonly log: ChainLog;
  readonly clock: { readonly nowMs: () => number; readonly monotonicMs: () => number };
  /** Sends webhooks; its egress policy knows the origins of webhooks, not those of branches. */
  readonly sender: WebhookSender;
  /** Reads the keys of the issuer of tokens. */
  readonly documents: KeyDocuments;
  /** The name of this node. */
  readonly node: string;
}

export class Administration {
  /** `null`: access control is off. */
  readonly guarding: Guarding;
  readonly ownership: Ownership;
  readonly hasPublicMetrics: boolean;
  private readonly apiKeys: ApiKeys;
  private readonly refusals: RefusalLog;
  private runner: ActionRunner | null = null;
  private opened: Opened | null = null;

  private openBreakers: () => readonly OpenBreaker[] = () => [];

  constructor(private readonly parts: AdministrationParts) {
    const { access, log, clock } = parts;
    this.hasPublicMetrics = access?.publicMetrics === true;
    this.apiKeys = new ApiKeys(access?.keys ?? [], clock);
    this.refusals = new RefusalLog(log, clock.nowMs);
    const tokens = access === null || access.tokens === null ? null : new Tokens(access.tokens, clock.nowMs, parts.documents);
    this.guarding = access === null ? null : { authenticator: new HeaderAuthenticator(this.apiKeys, tokens), refusals: this.refusals };
    this.ownership = new Ownership(() => (access === null ? null : (this.opened?.joinTokens ?? null)), this.refusals);
  }

  /** Tells the audit of a refusal that nobody else tells it of. */
  notDone(request: FastifyRequest, answer: ApiError): void {
    const refusal = refusedDeedOf(request, answer);
    if (refusal !== null) this.refusals.refused(refusal);
  }

  /** Throws `ApiError` `not_ready` before the store is open, as `audit` does. */
  keys(): KeyAdministration {
    return this.there().keys;
  }

  audit(): AuditAdministration {
    return this.there().audit;
  }

  approvals(): Approvals {
    return this.there().approvals;
  }

  escalations(): Escalations {
    return this.there().escalations;
  }

  /** Tells which breakers of this node are open. */
  watchBreakers(openBreakers: () => readonly OpenBreaker[]): void {
    this.openBreakers = openBreakers;
  }

  /** Tells who carries out the actions that are approved. */
  carryOutBy(runner: ActionRunner): void {
    this.runner = runner;
    this.opened?.approvals.carryOutBy(runner);
  }

  /** Throws `StoreUnavailableError` when the database fails on the way. */
  async open({ dataSource }: OpenedStore): Promise<void> {
    try {
      await this.openOn(dataSource);
    } catch (cause) {
      this.apiKeys.close();
      if (!isDatabaseAway(cause)) throw cause;
      throw new StoreUnavailableError('The tables of administration cannot be used', { cause });
    }
  }

  /** Writes what is left to write. The store must still be open. */
  async close(): Promise<void> {
    this.apiKeys.close();
    await this.refusals.close();
    await this.opened?.escalator.stop();
    await this.opened?.audit.stop();
  }

  private async openOn(dataSource: DataSource): Promise<void> {
    const keys = new KeyAdministration(dataSource, this.apiKeys, this.parts.clock.nowMs);
    const audit = new AuditAdministration(dataSource, this.parts.log);
    const approvals = new Approvals(dataSource, { nowMs: this.parts.clock.nowMs, databaseMs: () => databaseMoment(dataSource.manager) });
    if (this.runner !== null) approvals.carryOutBy(this.runner);
    const { sender, node, log, clock } = this.parts;
    const escalations = new Escalations(dataSource, sender, clock.nowMs);
    const escalator = new Escalator({ dataSource, sender, node, holder: randomUUID(), openBreakers: () => this.openBreakers(), log });
    const secret = await sharedSecret(dataSource, JOIN_SECRET, () => randomBytes(SECRET_BYTES).toString('hex'));
    await this.apiKeys.open(new ApiKeyTable(dataSource));
    this.refusals.open(dataSource);
    audit.start();
    escalator.start();
    this.opened = { keys, audit, approvals, escalations, escalator, joinTokens: new JoinTokens(Buffer.from(secret, 'hex')) };
  }

  private there(): Opened {
    if (this.opened === null) throw new ApiError('not_ready', 'The coordinator is still starting.');
    return this.opened;
  }
}
