/**
 * Tells people's tools what somebody must look at. One node does it for all (`duty`): it looks at the tables every few seconds, opens an alert for what a
 * rule names, resolves alerts of what is over, and sends what is due, again and again until somebody acknowledges it; after a while to a second URL
 * as well. Every webhook is claimed by moving the time of the next one before it is sent, so a node that dies in between delays it by half a minute and
 * loses none.
 *
 * Circuit breakers are in the memory of each node, so each opens and resolves the alerts of its own.
 */
import { Concerns, Duties, databaseMoment, type EscalationAlert, type EscalationRule, EscalationTables } from '@assent/store';
import type { WebhookSender } from '@assent/transport';
import type { DataSource } from 'typeorm';
import { v7 as uuidv7 } from 'uuid';
import { breakerSubject, nodeOf } from './breaker-subject.js';
import { messageOf } from './message.js';
import { problemIn } from './problem.js';
import { Told } from './told.js';

/** The tables are looked at so often; milliseconds. */
const EVERY_MS = 2_000;
/** Another node takes over when this one has been silent for so long. */
const DUTY_MS = 15_000;
const DUTY = 'escalation';
/** Alerts that one rule may have open; more would tell nobody more. */
const MOST_OPEN = 200;
/** Alerts that one look sends word of, side by side: a receiver that hangs must not hold back word to another one. */
const MOST_SENT = 20;
/** A webhook that was not taken is sent again after this long, or sooner where the rule repeats sooner. */
const AGAIN_MS = 30_000;
/** That something is over is said for so long at most. */
const OVER_MS = 600_000;
/** Alerts that are over are shown for so long: 30 days. */
const KEPT_MS = 2_592_000_000;

/** A breaker of this node that is open. */
export interface OpenBreaker {
  readonly participant: string;
  /** Database time; `null`: not known. */
  readonly sinceMs: number | null;
  readonly detail: string;
}

export interface EscalatorLog {
  info(fields: object, message: string): void;
  warn(fields: object, message: string): void;
}

export interface EscalatorParts {
  readonly dataSource: DataSource;
  readonly sender: WebhookSender;
  /** The name of this node. */
  readonly node: string;
  /** Who it is among all processes that ever ran under the name. */
  readonly holder: string;
  readonly openBreakers: () => readonly OpenBreaker[];
  readonly log: EscalatorLog;
}

export class Escalator {
  private readonly tables: EscalationTables;
  private readonly concerns: Concerns;
  private readonly duties: Duties;
  private readonly told = new Told();
  private timer: NodeJS.Timeout | null = null;
  private looking: Promise<void> = Promise.resolve();
  private isBusy = false;
  private isFailing = false;

  constructor(private readonly parts: EscalatorParts) {
    this.tables = new EscalationTables(parts.dataSource);
    this.concerns = new Concerns(parts.dataSource);
    this.duties = new Duties(parts.dataSource);
  }

  start(): void {
    this.timer = setInterval(() => void this.look(), EVERY_MS);
    this.timer.unref();
  }

  /** Ends what is on its way, and lets another node go on at once. */
  async stop(): Promise<void> {
    if (this.timer !== null) clearInterval(this.timer);
    await this.looking;
    await this.duties.leave(DUTY, this.parts.holder).catch(() => undefined);
  }

  /** Looks once, unless it is still looking. Never throws. */
  look(): Promise<void> {
    if (this.isBusy) return this.looking;
    this.isBusy = true;
    this.looking = this.lookOnce().finally(() => {
      this.isBusy = false;
    });
    return this.looking;
  }

  private async lookOnce(): Promise<void> {
    try {
      const rules = (await this.tables.rules()).filter(({ enabled }) => enabled);
      // Most installations have no rules: they cost one look at an empty table.
      if (rules.length === 0) return;
      const nowMs = await databaseMoment(this.parts.dataSource.manager);
      for (const rule of rules.filter(({ kind }) => kind === 'breaker_open')) await this.lookAtBreakers(rule, nowMs);
      if (await this.duties.take(DUTY, this.parts.holder, DUTY_MS)) await this.lookForAll(rules, nowMs);
      this.isFailing = false;
    } catch (error) {
      if (!this.isFailing) this.parts.log.warn({ err: error }, 'Escalation cannot look at the database');
      this.isFailing = true;
    }
  }

  private async lookForAll(rules: readonly EscalationRule[], nowMs: number): Promise<void> {
    for (const rule of rules) {
      if (rule.kind === 'breaker_open') await this.resolveOfDeadNodes(rule, nowMs);
      else await this.lookAtTransactions(rule, rule.kind, nowMs);
    }
    await this.tables.forget(nowMs - KEPT_MS, MOST_OPEN);
    this.told.forget(nowMs);
    const due = await this.tables.due(nowMs, MOST_SENT);
    // Looking takes time, and the duty must not end while something is sent: two nodes would only waste a claim each, but let it be one.
    if (due.length === 0 || !(await this.duties.take(DUTY, this.parts.holder, DUTY_MS))) return;
    const ends = await Promise.allSettled(due.map((alert) => this.send(alert, rules, nowMs)));
    const failed = ends.find((end) => end.status === 'rejected');
    if (failed !== undefined) throw failed.reason;
  }

  private async lookAtTransactions(rule: EscalationRule, kind: 'parked' | 'mixed' | 'stuck', nowMs: number): Promise<void> {
    const known = await this.tables.unresolved(rule.name, MOST_OPEN);
    const still = await this.concerns.still(
      kind,
      known.map(({ subject }) => subject),
    );
    for (const alert of known.filter(({ subject }) => !still.has(subject))) await this.resolve(alert, nowMs);
    const room = MOST_OPEN - still.size;
    const subjects = new Set(known.map(({ subject }) => subject));
    const beforeMs = nowMs - rule.ageMs;
    const found =
      kind === 'stuck'
        ? await this.concerns.unfinishedSince(beforeMs, MOST_OPEN)
        : await this.concerns.needingAttention(kind, beforeMs, MOST_OPEN);
    const fresh = found.filter(({ gid }) => !subjects.has(gid)).slice(0, Math.max(0, room));
    for (const { gid, detail } of fresh) await this.open(rule, gid, detail, nowMs);
  }

  private async lookAtBreakers(rule: EscalationRule, nowMs: number): Promise<void> {
    const { node } = this.parts;
    const open = new Map(this.parts.openBreakers().map((breaker) => [breakerSubject(breaker.participant, node), breaker]));
    const known = await this.tables.unresolved(rule.name, MOST_OPEN);
    for (const alert of known)
      if (nodeOf(alert.subject) === nodeOf(breakerSubject('', node)) && !open.has(alert.subject)) await this.resolve(alert, nowMs);
    const subjects = new Set(known.map(({ subject }) => subject));
    for (const [subject, { sinceMs, detail }] of open) {
      const isOld = nowMs - (sinceMs ?? nowMs) >= rule.ageMs;
      if (isOld && !subjects.has(subject)) await this.open(rule, subject, detail, nowMs);
    }
  }

  /** The breaker of a node that is gone says nothing any more. */
  private async resolveOfDeadNodes(rule: EscalationRule, nowMs: number): Promise<void> {
    const known = await this.tables.unresolved(rule.name, MOST_OPEN);
    for (const alert of known) if (!(await this.concerns.isAlive(nodeOf(alert.subject)))) await this.resolve(alert, nowMs);
  }

  private async open(rule: EscalationRule, subject: string, detail: string, nowMs: number): Promise<void> {
    const alert: EscalationAlert = {
      ...{ id: uuidv7(), openKey: `${rule.name}/${subject}`, rule: rule.name, subject, severity: rule.severity, state: 'open' },
      ...{ escalated: false, deliveries: 0, detail: detail.slice(0, 1_000), openedAtMs: nowMs, nextAtMs: nowMs },
      ...{ acknowledgedBy: null, acknowledgedAtMs: null, comment: null, resolvedAtMs: null },
    };
    if (!(await this.tables.open(alert))) return;
    this.parts.log.warn({ alert: alert.id, rule: rule.name, severity: rule.severity, ...aboutOf(alert) }, detail);
  }

  private async resolve(alert: EscalationAlert, nowMs: number): Promise<void> {
    await this.tables.resolve(alert, nowMs);
    this.parts.log.info({ alert: alert.id, rule: alert.rule, ...aboutOf(alert) }, 'An alert is over');
  }

  private async send(alert: EscalationAlert, rules: readonly EscalationRule[], nowMs: number): Promise<void> {
    const rule = rules.find(({ name }) => name === alert.rule);
    if (rule === undefined || (alert.state === 'resolved' && nowMs - (alert.resolvedAtMs ?? 0) > OVER_MS)) {
      await this.tables.postpone(alert, null);
      return;
    }
    const escalated = alert.escalated || (rule.escalationUrl !== null && nowMs - alert.openedAtMs >= rule.escalateMs);
    if (!(await this.tables.claim(alert, { nextAtMs: nowMs + Math.min(AGAIN_MS, rule.repeatMs), escalated }))) return;
    const untilMs = alert.state === 'resolved' ? (alert.resolvedAtMs ?? 0) + OVER_MS : nowMs + rule.repeatMs;
    const urls = [rule.url, ...(escalated && rule.escalationUrl !== null ? [rule.escalationUrl] : [])];
    const owed = this.told.owed(alert, urls, nowMs);
    const isTold = await Promise.all(owed.map((url) => this.deliver({ ...alert, escalated }, rule, url, alert.deliveries + 1)));
    if (!isTold.every(Boolean)) {
      const taken = owed.filter((_url, at) => isTold[at] === true);
      return this.told.keep(alert, taken, { nowMs, untilMs });
    }
    this.told.clear(alert);
    await this.tables.postpone(alert, alert.state === 'resolved' ? null : untilMs);
  }

  /** True when the receiver has taken it. */
  private async deliver(alert: EscalationAlert, rule: EscalationRule, url: string, attempt: number): Promise<boolean> {
    const id = `${alert.id}-${attempt}`;
    const atMs = await databaseMoment(this.parts.dataSource.manager);
    const end = await this.parts.sender.send({ url, key: rule.signingKey, id, body: messageOf(alert, rule, attempt) });
    const status = end.kind === 'answered' ? end.status : null;
    const problem = problemIn(end);
    await this.tables.delivered({
      id: uuidv7(),
      alert: alert.id,
      rule: rule.name,
      url,
      atMs,
      durationMs: end.durationMs,
      attempt,
      status,
      problem,
    });
    if (problem !== '')
      this.parts.log.warn(
        { alert: alert.id, rule: rule.name, ...aboutOf(alert), url: new URL(url).origin, detail: problem },
        'A webhook was not taken',
      );
    return problem === '';
  }
}

/** So that a line is found by the transaction it is about. No gid has an `@`, every subject that is a breaker has one. */
function aboutOf({ subject }: EscalationAlert): { readonly gid: string } | { readonly subject: string } {
  return subject.includes('@') ? { subject } : { gid: subject };
}
