/**
 * What people ask of transactions, carried out by one incarnation. Each deed and each refusal is told in the audit: a deed by the flush that makes it
 * durable, a refusal before it is answered. A deed that another node has to carry out is recorded for it, and answered when that is known soon.
 */
import { step, type Transaction, type TransactionView, view } from '@assent/protocol';
import { type Driver, type Landing, outcomeUnknown, type Resident } from '../driver/index.js';
import { EngineError, type EngineErrorCode } from '../errors.js';
import type { Adoption } from '../ownership/index.js';
import type { Policies } from '../policies.js';
import type { AuditRow, StoredTransaction, TransactionStore } from '../ports/transaction-store.js';
import { transactionOf } from '../rows.js';
import type { DatabaseTime } from '../time/index.js';
import type { Writer } from '../writer/index.js';
import { rowOfDeed } from './command.js';
import {
  auditRowOf,
  type Deed,
  type DeedRefusal,
  endOf,
  interventionEvent,
  movingRefusal,
  type RefusedEarly,
  refusalOf,
  versionRefusal,
} from './deed.js';
import { Note } from './note.js';
import type { Recorder } from './recorder.js';
import { noteIdOf, readTold } from './told.js';
import type { Turns } from './turns.js';

export interface InterventionPorts {
  readonly driver: Driver;
  readonly adoption: Adoption;
  readonly policies: Policies;
  readonly time: DatabaseTime;
  readonly writer: Pick<Writer, 'enqueue'>;
  readonly recorder: Recorder;
  readonly store: Pick<TransactionStore, 'read' | 'findAudit'>;
  readonly turns: Turns;
}

export interface DeedResult {
  /** `recorded`: the node that drives the transaction has been asked, and has not answered yet. */
  readonly kind: 'done' | 'repeated' | 'recorded';
  /** The durable image. */
  readonly view: TransactionView;
}

/** What a deed would do now. */
export interface Rehearsal {
  readonly refusal: DeedRefusal | null;
  readonly before: TransactionView;
  /** `null`: it would be refused. */
  readonly after: TransactionView | null;
}

/** What came of asking a transaction; nothing of it is durable yet. */
type Asked =
  | { readonly kind: 'told'; readonly row: AuditRow }
  | { readonly kind: 'elsewhere'; readonly row: StoredTransaction }
  | { readonly kind: 'done'; readonly resident: Resident; readonly landing: Promise<Landing> | null }
  | { readonly kind: 'noted'; readonly resident: Resident; readonly judged: AppliedDeed & { readonly kind: 'noted' } };

/** What a node sees of a transaction. */
export interface Sight {
  /** What is judged: the present state, which may be ahead of the durable one. */
  readonly tx: Transaction;
  /** What is shown: the durable image. */
  readonly image: TransactionView;
}

/** How often a deed is tried when other nodes keep moving the row. */
const MOST_TRIES = 5;
/** How long the node that drives the transaction is waited for: as long as somebody at a keyboard likes to wait. */
const ELSEWHERE_MS = 3_000;

export class Interventions {
  constructor(private readonly ports: InterventionPorts) {}

  /** Carries a deed out. Throws the refusal as `EngineError`, once the audit holds it. */
  async carryOut(gid: string, deed: Deed): Promise<DeedResult> {
    for (let tries = 0; tries < MOST_TRIES; tries += 1) {
      const asked = await this.ports.turns.take(gid, () => this.ask(gid, deed));
      if (asked === null) continue;
      if (asked.kind === 'told') return this.answerTold(asked.row);
      if (asked.kind === 'elsewhere') return this.elsewhere(asked.row, deed);
      const { resident } = asked;
      if (asked.kind === 'done') {
        const { landing } = asked;
        if (landing === null || (await landing).kind === 'durable') return { kind: 'done', view: durableViewOf(resident) };
        continue;
      }
      const { note, refusal } = asked.judged;
      await this.note(note, null);
      if (refusal !== null) throw refused(gid, refusal, durableViewOf(resident));
      return { kind: 'repeated', view: durableViewOf(resident) };
    }
    throw outcomeUnknown(gid);
  }

  /** `null`: it has left memory between being found and being asked. */
  private async ask(gid: string, deed: Deed): Promise<Asked | null> {
    const { adoption, driver } = this.ports;
    const found = await adoption.acquire(gid);
    // One whose first answer was lost comes again under its id: what has been done and told is not done twice.
    const row = await toldOf(this.ports.store, driver, deed, found.kind === 'elsewhere' ? null : found.resident);
    if (row !== null) return { kind: 'told', row };
    if (found.kind === 'elsewhere') return found;
    const { resident } = found;
    if (!resident.here) return null;
    const judged = applyDeed(driver, this.ports.time, resident, deed);
    const landing = judged.kind === 'done' ? driver.durably(resident) : null;
    driver.settle(resident);
    return judged.kind === 'done' ? { kind: 'done', resident, landing } : { kind: 'noted', resident, judged };
  }

  /** What a deed would do, without doing it. */
  async rehearse(gid: string, deed: Deed): Promise<Rehearsal> {
    const { tx, image: before } = await this.look(gid);
    const { version, finishedAtMs } = before;
    const { tx: next, answer } = step(tx, interventionEvent(deed, this.ports.time.nowMs()));
    const refusal = versionRefusal(gid, deed, version) ?? refusalOf(gid, answer);
    return { refusal, before, after: refusal === null ? view(next, version, finishedAtMs) : null };
  }

  /** The transaction as this node knows it best: in memory, or as it is stored. */
  async look(gid: string): Promise<Sight> {
    const resident = this.ports.driver.find(gid);
    if (resident !== undefined && resident.durable !== null) {
      const { present: tx, durable, version, finishedAtMs } = resident;
      return { tx, image: view(durable, version, finishedAtMs) };
    }
    const row = await this.ports.store.read(gid);
    if (row === null) throw new EngineError('not_found', `There is no transaction ${gid}.`, { gid });
    const tx = await transactionOf(row, this.ports.policies);
    return { tx, image: view(tx, row.version, row.finishedAtMs) };
  }

  /** Keeps a refusal that was decided before the machine was asked. */
  async noteRefusal(gid: string, asked: RefusedEarly): Promise<void> {
    const { version } = (await this.look(gid)).image;
    const { id, by: principal, action, reason, refusal, remarks } = asked;
    const detail = JSON.stringify({ outcome: 'refused', version, ...refusal, ...remarks });
    await this.note({ id: noteIdOf(id), gid, atMs: this.ports.time.nowMs(), principal, action, reason, detail }, null);
  }

  /** Keeps an audit row that no image carries; resolves once it is durable. */
  note(row: AuditRow, command: string | null): Promise<void> {
    return new Promise((resolve, reject) => this.ports.writer.enqueue(new Note(row, command, { resolve, reject })));
  }

  /** Another node drives it: its durable image is judged first, for what that holds is never taken back. */
  private async elsewhere(row: StoredTransaction, deed: Deed): Promise<DeedResult> {
    const { gid, version } = row;
    const tx = await transactionOf(row, this.ports.policies);
    const image = view(tx, version, row.finishedAtMs);
    const atMs = this.ports.time.nowMs();
    const { answer } = step(tx, interventionEvent(deed, atMs));
    const refusal = versionRefusal(gid, deed, version) ?? refusalOf(gid, answer);
    if (refusal !== null) {
      await this.note(auditRowOf(gid, deed, { outcome: 'refused', version, ...refusal }, atMs), null);
      throw refused(gid, refusal, image);
    }
    if (answer.kind === 'repeated') {
      await this.note(auditRowOf(gid, deed, { outcome: 'repeated', version }, atMs), null);
      return { kind: 'repeated', view: image };
    }
    return this.recorded(gid, deed, image);
  }

  private async recorded(gid: string, deed: Deed, image: TransactionView): Promise<DeedResult> {
    const { recorder, store } = this.ports;
    try {
      await recorder.record(rowOfDeed(gid, deed, this.ports.time.nowMs()), ELSEWHERE_MS);
    } catch (error) {
      if (error instanceof EngineError && error.code === 'outcome_unknown') return { kind: 'recorded', view: image };
      throw error;
    }
    const told = (await readTold(store, [deed.id])).get(deed.id);
    if (told === undefined) throw outcomeUnknown(gid);
    return this.answerTold(told);
  }

  /** What the audit says of a deed, with the transaction as it is now. */
  private async answerTold(told: AuditRow): Promise<DeedResult> {
    const { gid } = told;
    const { outcome, code, detail } = endOf(told);
    const { image: now } = await this.look(gid);
    if (outcome === 'refused') throw refused(gid, { code: code ?? 'already_final', detail: detail ?? '' }, now);
    return { kind: outcome, view: now };
  }
}

/** What became of a deed in memory: `done` hangs on the next image, the others are told by a note of their own. */
export type AppliedDeed =
  | { readonly kind: 'done' }
  | { readonly kind: 'noted'; readonly refusal: DeedRefusal | null; readonly note: AuditRow };

/**
 * What the audit holds of a deed; `null`: nothing. Unless the deed can go on, the transaction is let go on first: it has been fetched and owes what it
 * owes. Throws `StoreUnavailableError`.
 */
export async function toldOf(
  store: Pick<TransactionStore, 'findAudit'>,
  driver: Driver,
  deed: Deed,
  resident: Resident | null,
): Promise<AuditRow | null> {
  let canGoOn = false;
  try {
    const told = (await readTold(store, [deed.id])).get(deed.id);
    canGoOn = told === undefined;
    return told ?? null;
  } finally {
    if (!canGoOn && resident !== null) driver.settle(resident);
  }
}

/** Steps a deed. Throws `protocol_bug` when the machine failed, and the transaction has been set aside. */
export function applyDeed(driver: Driver, time: DatabaseTime, resident: Resident, deed: Deed): AppliedDeed {
  const { gid, version } = resident;
  const atMs = time.nowMs();
  // It hangs on the next image already: asked again while that is on its way.
  if (resident.waitingDeeds.some(({ id }) => id === deed.id)) return { kind: 'done' };
  // Of two that rely on one version the second would go with the image of the first.
  const early = versionRefusal(gid, deed, version) ?? (driver.isMoving(resident) ? movingRefusal(gid, deed) : null);
  if (early !== null) {
    return { kind: 'noted', refusal: early, note: auditRowOf(gid, deed, { outcome: 'refused', version, ...early }, atMs) };
  }
  const answer = driver.step(resident, interventionEvent(deed, atMs));
  if (answer === null) throw new EngineError('protocol_bug', `transaction ${gid} was set aside with an alarm`, { gid });
  const refusal = refusalOf(gid, answer);
  if (refusal !== null) {
    return { kind: 'noted', refusal, note: auditRowOf(gid, deed, { outcome: 'refused', version, ...refusal }, atMs) };
  }
  if (answer.kind === 'repeated')
    return { kind: 'noted', refusal: null, note: auditRowOf(gid, deed, { outcome: 'repeated', version }, atMs) };
  resident.addDeed(auditRowOf(gid, deed, { outcome: 'done', version }, atMs));
  return { kind: 'done' };
}

/** Codes of deeds that the machine refuses are its own, and `version_differs`. */
function refused(gid: string, { code, detail }: DeedRefusal, image: TransactionView): EngineError {
  return new EngineError(code as EngineErrorCode, detail, { gid, view: image });
}

function durableViewOf(resident: Resident): TransactionView {
  return view(resident.durable ?? resident.present, resident.version, resident.finishedAtMs);
}
