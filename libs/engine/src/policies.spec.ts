import { type Policy, shippedPolicies } from '@assent/protocol';
import { Policies } from './policies.js';
import type { Clock } from './ports/clock.js';

describe('the policies of a node', () => {
  it('are those of a second ago at most, however long nobody has asked, and what is known while the store is away', async () => {
    const [standard] = shippedPolicies as readonly [Policy];
    const rows: Policy[] = [standard];
    let [nowMs, isAway] = [0, false];
    const readPolicies = async () => {
      if (isAway) throw new Error('away');
      return [...rows];
    };
    const policies = new Policies({ readPolicies }, { monotonicMs: () => nowMs } as Clock);
    expect((await policies.latest('standard'))?.version).toBe(1);
    rows.push({ ...standard, version: 2 });
    expect((await policies.latest('standard'))?.version).toBe(1);
    nowMs = 3_600_000;
    expect((await policies.latest('standard'))?.version).toBe(2);
    rows.push({ ...standard, version: 3 });
    [nowMs, isAway] = [7_200_000, true];
    expect((await policies.latest('standard'))?.version).toBe(2);
  });
});
