/** Turns among transactions of administration that decide by rows which are not there yet, and which no lock of a row could keep apart therefore. */
import type { EntityManager } from 'typeorm';

export type Turn = 'api-keys' | 'approval-rules' | 'escalation-rules';

/**
 * From here to the end of its transaction nobody else has this turn, at whatever node: they wait, and then see what it has done. The lock is that of a
 * row of `duty`, which nobody holds as a duty. On SQLite who writes is alone anyhow.
 */
export async function takeTurn(manager: EntityManager, turn: Turn): Promise<void> {
  if (manager.dataSource.options.type === 'better-sqlite3') return;
  await manager.query("INSERT INTO duty (name, holder, until) VALUES (?, '', 0) ON DUPLICATE KEY UPDATE name = name", [`turn:${turn}`]);
}
