/** What people administer at the same moment, on both databases: of two that contradict each other one counts, and none of them fails. */
import { ApiKeyTable, ApprovalTable, type EscalationRule, EscalationTables, findAudit, inTransaction } from '@assent/store';
import { describeEveryDatabase } from './support/opened.js';

type ApiKey = Parameters<ApiKeyTable['insert']>[1];

const AT_ONCE = 8;
/** The first one opens connections, and so keeps its own apart. */
const ROUNDS = [1, 2, 3, 4, 5];

const aKey = (n: number, principal: string, role: ApiKey['role']): ApiKey => ({
  ...{ id: `k-${n}`, principal, role, hash: String(n).padStart(64, '0'), createdBy: 'root', createdAtMs: n },
  ...{ expiresAtMs: null, revokedBy: null, revokedAtMs: null },
});

const aRule = (n: number, before: EscalationRule | null): EscalationRule => ({
  ...{ name: 'night', kind: 'parked', ageMs: 0, severity: 'warning', url: `https://pager.example/${n}`, escalationUrl: null },
  ...{ signingKey: before?.signingKey ?? `key-${n}`, repeatMs: 1_000, escalateMs: 1_000, enabled: true, createdBy: 'root', createdAtMs: n },
});

const together = <Result>(work: (n: number) => Promise<Result>) => Promise.all(Array.from({ length: AT_ONCE }, (_, n) => work(n)));

describeEveryDatabase('administration by several at once', (opened) => {
  it('makes keys of one role for one principal', async () => {
    const table = new ApiKeyTable(opened().dataSource);
    for (const round of ROUNDS) {
      const principal = `ada-${round}`;
      await together((n) =>
        inTransaction(opened().dataSource, async (manager) => {
          const role = n % 2 === 0 ? 'viewer' : 'admin';
          const { role: other } = await table.standing(manager, principal);
          if (other === null || other === role) await table.insert(manager, aKey(round * AT_ONCE + n, principal, role));
        }),
      );
      const roles = (await table.inForce()).filter((key) => key.principal === principal).map(({ role }) => role);
      expect([roles.length, new Set(roles).size]).toEqual([AT_ONCE / 2, 1]);
    }
  });

  it('puts one rule of approval for an action and a role', async () => {
    const table = new ApprovalTable(opened().dataSource);
    for (const round of ROUNDS) {
      const rule = { action: `a-${round}`, role: 'operator', ttlMs: 1_000, createdBy: 'root' };
      await together((n) => inTransaction(opened().dataSource, (manager) => table.putRule(manager, { ...rule, createdAtMs: n })));
      expect(await table.rules()).toHaveLength(round);
    }
  });

  it('puts one rule of escalation of a name, and everybody is told of the key that is in force', async () => {
    const tables = new EscalationTables(opened().dataSource);
    const put = (n: number) =>
      inTransaction(opened().dataSource, (manager) => tables.putRule(manager, 'night', (before) => aRule(n, before)));
    const keys = (await together(put)).map((rule) => rule?.signingKey);
    expect(new Set(keys)).toEqual(new Set([(await tables.rule('night'))?.signingKey]));
  });

  it('lists orders about participants in the audit by time, newest first', async () => {
    const { dataSource, participants } = opened();
    const asked = ['pause', 'resume', 'wake', 'reset', 'pause', 'resume', 'wake', 'reset'] as const;
    for (const kind of asked) await participants.order({ kind, participant: 'pay', by: 'ada', reason: 'to see', atMs: 1 });
    const rows = await findAudit(dataSource, { limit: 10 });
    expect(rows.map(({ action }) => action)).toEqual(asked.toReversed().map((kind) => `participant_${kind}`));
  });
});
