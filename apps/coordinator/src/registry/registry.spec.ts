/** Whose a contract is, and who counts as there: without a database, on a clock of the test's own. */
import type { ContractClaim, KeptInstance } from '@assent/store';
import { isInConflict, judge } from './claims.js';
import { RegistryDirectory } from './directory.js';

const contract = { name: 'inventory.reserve', ops: ['try', 'confirm'], schemaHash: 'a'.repeat(64) };
const by = { service: 'shop', version: '1' };
const nobody = () => false;
const everybody = () => true;

function claimOf(of: typeof contract, who: typeof by): ContractClaim {
  const verdict = judge(of, who, null, nobody, 5);
  if (verdict.kind !== 'claims') throw new Error('not claimed');
  return verdict.claim;
}

describe('a contract', () => {
  const kept = claimOf(contract, by);

  it('belongs to the first who announces it', () => {
    expect(kept).toMatchObject({ contract: 'inventory.reserve', service: 'shop', version: '1', sinceMs: 5 });
    expect(judge(contract, by, kept, everybody, 9)).toEqual({ kind: 'holds' });
  });

  it('says the same whatever the order of its ops', () => {
    expect(judge({ ...contract, ops: ['confirm', 'try'] }, by, kept, everybody, 9)).toEqual({ kind: 'holds' });
  });

  it('is refused to a second service while the first is there, and given to it afterwards', () => {
    const other = { service: 'copy', version: '1' };
    expect(judge(contract, other, kept, everybody, 9)).toMatchObject({ kind: 'conflict', detail: expect.stringContaining('"shop"') });
    expect(judge(contract, other, kept, nobody, 9)).toMatchObject({
      kind: 'claims',
      instead: kept,
      claim: { service: 'copy', sinceMs: 9 },
    });
    expect([isInConflict(contract, other, kept), isInConflict(contract, by, kept), isInConflict(contract, by, undefined)]).toEqual([
      true,
      false,
      false,
    ]);
  });

  it.each([
    ['ops', { ...contract, ops: ['try'] }],
    ['schema', { ...contract, schemaHash: 'b'.repeat(64) }],
  ])('may change its %s with a new version, and not within one', (_what, changed) => {
    expect(judge(changed, by, kept, everybody, 9)).toMatchObject({ kind: 'conflict', detail: expect.stringContaining('version 1') });
    const newer = judge(changed, { ...by, version: '2' }, kept, everybody, 9);
    expect(newer).toMatchObject({ kind: 'claims', instead: kept, claim: { version: '2', sinceMs: 5 } });
    // Both versions serve during a rolling update.
    expect([isInConflict(changed, by, kept), isInConflict(contract, { ...by, version: '0' }, kept)]).toEqual([true, false]);
  });
});

describe('the directory', () => {
  const anInstance = (of: Partial<KeptInstance> = {}): KeptInstance => ({
    participant: 'inventory',
    instance: 'i-1',
    ...by,
    contracts: [contract],
    endpoints: ['http://a'],
    beats: 1,
    seenAtMs: 0,
    ...of,
  });
  const claims = [claimOf(contract, by)];
  const endpoints = (directory: RegistryDirectory) => directory.endpointsOf('inventory.reserve');

  it('leaves out who did not beat for too long by its own clock, and takes in who beats again', () => {
    const directory = new RegistryDirectory(1_000);
    directory.take([anInstance()], claims, 0);
    directory.take([anInstance()], claims, 1_000);
    expect([endpoints(directory), directory.isAlive('shop')]).toEqual([['http://a'], true]);
    directory.take([anInstance()], claims, 1_001);
    expect([endpoints(directory), directory.standings[0]?.state, directory.isAlive('shop')]).toEqual([[], 'silent', false]);
    directory.take([anInstance({ beats: 2 })], claims, 1_500);
    expect(endpoints(directory)).toEqual(['http://a']);
  });

  it('names those that may be forgotten, and does not forget who has just come back', () => {
    const directory = new RegistryDirectory(1_000);
    directory.take([anInstance()], claims, 0);
    expect(directory.take([anInstance()], claims, 20_000)).toEqual([]);
    expect(directory.take([anInstance()], claims, 20_001)).toEqual([anInstance()]);
    expect(directory.take([anInstance({ beats: 2 })], claims, 30_000)).toEqual([]);
  });

  it('gives each instance once, over HTTP where it offers both, and none that is in conflict', () => {
    const directory = new RegistryDirectory(1_000);
    const both = anInstance({ instance: 'i-2', endpoints: ['nats:', 'http://b'] });
    const copy = anInstance({ instance: 'i-3', service: 'copy', endpoints: ['http://c'] });
    directory.take([anInstance(), both, copy], claims, 0);
    expect(endpoints(directory)).toEqual(['http://a', 'http://b']);
    expect(directory.standings.map(({ conflicts }) => conflicts)).toEqual([[], [], ['inventory.reserve']]);
    expect(directory.endpointsOf('inventory.unknown')).toEqual([]);
  });
});
