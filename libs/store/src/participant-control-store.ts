/**
 * Orders of operators about participants, on every dialect: no hot path waits for them. An order, and the row of the audit that says who gave it and
 * why, are one database transaction.
 */
import {
  type ParticipantControl,
  type ParticipantControlStore,
  type ParticipantOrder,
  StoreUnavailableError,
  type WaitingCount,
} from '@assent/engine';
import type { DataSource, EntityManager } from 'typeorm';
import { v7 as uuidv7 } from 'uuid';
import { inTransaction } from './administration/index.js';
import { columnLimits, cutText } from './limits.js';
import { ParticipantControlEntity } from './schema/index.js';

/** More participants than that are not configured anywhere. */
const MOST_CONTROLS = 10_000;
/** Two nodes may give the first order about a participant at one time: one of them finds the row on its second try. */
const MOST_TRIES = 3;

/**
 * What an order changes, as SQL. The time of a pause comes last: MySQL carries assignments out in their order, and the first order to pause is the one
 * that is kept.
 */
const changes: Readonly<Record<ParticipantOrder['kind'], string>> = {
  pause:
    'paused_by = CASE WHEN paused_at IS NULL THEN ? ELSE paused_by END, pause_reason = CASE WHEN paused_at IS NULL THEN ? ELSE pause_reason END, ' +
    'paused_at = COALESCE(paused_at, ?)',
  resume: 'paused_by = NULL, pause_reason = NULL, paused_at = NULL',
  reset: 'resets = resets + 1',
  wake: 'wakes = wakes + 1, woken_at = ?',
};

export class SqlParticipantControlStore implements ParticipantControlStore {
  constructor(private readonly dataSource: DataSource) {}

  readControls(): Promise<readonly ParticipantControl[]> {
    return guarded(async () => {
      const rows = await this.dataSource.getRepository(ParticipantControlEntity).find({ take: MOST_CONTROLS });
      return rows.map(controlOf);
    });
  }

  order(order: ParticipantOrder): Promise<ParticipantControl> {
    return guarded(() => inTransaction(this.dataSource, (manager) => keep(manager, order)));
  }

  countWaiting(): Promise<readonly WaitingCount[]> {
    return guarded(async () => {
      const rows = await this.dataSource.query<{ participant: string; kind: string; n: number | string; since: number | string }[]>(
        "SELECT participant, kind, COUNT(*) AS n, MIN(since) AS since FROM attention WHERE participant <> '' GROUP BY participant, kind",
      );
      return rows.map(({ participant, kind, n, since }) => ({ participant, kind, count: Number(n), oldestSinceMs: Number(since) }));
    });
  }
}

async function keep(manager: EntityManager, order: ParticipantOrder): Promise<ParticipantControl> {
  const { participant: name } = order;
  const table = manager.getRepository(ParticipantControlEntity);
  if (!(await table.existsBy({ name }))) {
    const blank = { pausedBy: null, pauseReason: null, pausedAtMs: null };
    await table.insert({ name, version: 0, ...blank, resets: 0, wakes: 0, wokenAtMs: 0 });
  }
  await manager.query(`UPDATE participant_control SET version = version + 1, ${changes[order.kind]} WHERE name = ?`, [
    ...parametersOf(order),
    name,
  ]);
  await writeAudit(manager, order);
  return controlOf(await table.findOneByOrFail({ name }));
}

function parametersOf({ kind, by, reason, atMs }: ParticipantOrder): readonly (string | number)[] {
  if (kind === 'pause') return [cutText(by, columnLimits.principal), cutText(reason, columnLimits.reason), Math.round(atMs)];
  return kind === 'wake' ? [Math.round(atMs)] : [];
}

/** The audit knows rows by gid; an order about a participant has none. */
async function writeAudit(manager: EntityManager, { kind, participant, by, reason, atMs }: ParticipantOrder): Promise<void> {
  // As every row of the audit: its order is that of time.
  const id = uuidv7();
  const detail = JSON.stringify({ participant });
  const row = [id, '', Math.round(atMs), by, `participant_${kind}`, cutText(reason, columnLimits.reason), detail];
  await manager.query('INSERT INTO audit_log (id, gid, at, principal, action, reason, detail) VALUES (?, ?, ?, ?, ?, ?, ?)', row);
  await manager.query('INSERT INTO audit_unchained (id) VALUES (?)', [id]);
}

function controlOf(row: ParticipantControlEntity): ParticipantControl {
  const { name, version, pausedBy, pauseReason, pausedAtMs, resets, wakes, wokenAtMs } = row;
  const pause = pausedAtMs === null ? null : { by: pausedBy ?? '', reason: pauseReason ?? '', atMs: pausedAtMs };
  return { name, version, pause, resets, wakes, wokenAtMs };
}

/** Runs it again where that may help: what failed has left nothing behind. */
async function guarded<Result>(work: () => Promise<Result>): Promise<Result> {
  for (let tries = 1; ; tries += 1) {
    try {
      return await work();
    } catch (cause) {
      // Errors of a database driver carry a code; anything else is a fault of ours.
      const code = (cause as { readonly code?: unknown }).code;
      if (typeof code !== 'string') throw cause;
      if (tries >= MOST_TRIES) throw new StoreUnavailableError(`The orders about participants cannot be kept or read: ${code}`, { cause });
    }
  }
}
