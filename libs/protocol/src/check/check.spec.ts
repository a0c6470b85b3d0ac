import {
  type BranchDefinition,
  checkDefinition,
  type Definition,
  type DefinitionProblem,
  MAX_BRANCHES,
  shippedPolicies,
} from '../index.js';

const [standard, , patient] = shippedPolicies;

function branch(id: string, rest: Partial<BranchDefinition> = {}): BranchDefinition {
  const plain = {
    endpoint: { contract: `shop.${id}` },
    payload: '{}',
    after: [],
    compensate: 'default',
    pivot: false,
    run: 'coordinator',
  } as const;
  return { id, ...plain, ...rest };
}

function saga(branches: readonly BranchDefinition[], rest: Partial<Definition> = {}): Definition {
  return { pattern: 'saga', driver: 'coordinator', policy: { name: 'standard', version: 1 }, stepwise: false, branches, ...rest };
}

function problemsOf(definition: Definition, policy = standard!): readonly DefinitionProblem[] {
  return checkDefinition(definition, policy);
}

function codesOf(definition: Definition, policy = standard!): readonly string[] {
  return problemsOf(definition, policy).map(({ code }) => code);
}

describe('checking a definition', () => {
  it('finds nothing wrong with a saga that has a pivot, steps before it and steps behind it', () => {
    const steps = [
      branch('stock'),
      branch('ship', { after: ['stock'], pivot: true }),
      branch('mail', { after: ['ship'], compensate: 'none' }),
    ];
    expect(problemsOf(saga(steps))).toEqual([]);
  });

  it('says which step runs beside a pivot, and how to put it behind', () => {
    const steps = [
      branch('stock'),
      branch('charge', { after: ['stock'] }),
      branch('ship', { after: ['charge'], pivot: true }),
      branch('points', { after: ['charge'] }),
    ];
    expect(problemsOf(saga(steps))).toEqual([
      {
        code: 'pivot_not_alone',
        detail: 'Step "ship" is a pivot, but "points" neither precedes nor follows it. Add after: ["ship"] to "points".',
        pointer: '/branches/3',
      },
    ]);
  });

  it('takes one pivot only', () => {
    const steps = [branch('ship', { pivot: true }), branch('fly', { after: ['ship'], pivot: true })];
    expect(problemsOf(saga(steps))).toMatchObject([{ code: 'pivot_twice', pointer: '/branches/1' }]);
  });

  it('names the branches of a circle', () => {
    const steps = [branch('root'), branch('a', { after: ['b'] }), branch('b', { after: ['a'] })];
    expect(problemsOf(saga(steps))).toMatchObject([
      { code: 'cycle', pointer: '/branches/1', detail: expect.stringContaining('"a", "b"') as string },
    ]);
  });

  it('names the branch that "after" does not find', () => {
    expect(problemsOf(saga([branch('a', { after: ['ghost'] })]))).toMatchObject([{ code: 'after_unknown', pointer: '/branches/0' }]);
  });

  it('tells two branches of one name apart, and names that are none', () => {
    expect(codesOf(saga([branch('a'), branch('a')]))).toContain('duplicate_branch');
    expect(codesOf(saga([branch('no spaces')]))).toContain('bad_branch_id');
    expect(codesOf(saga([branch('_initiator')]))).toContain('bad_branch_id');
    expect(codesOf(saga([branch('a', { endpoint: { contract: '../x' } })]))).toContain('bad_contract');
  });

  it('misses the URL of an op that would be called, and only of such an op', () => {
    const action = { endpoint: { urls: { action: 'https://a.internal/do' } } };
    expect(problemsOf(saga([branch('a', action)]))).toMatchObject([
      { code: 'endpoint_incomplete', detail: expect.stringContaining('"compensate"') as string },
    ]);
    expect(codesOf(saga([branch('a', { ...action, compensate: 'none' })]))).toEqual([]);
    expect(codesOf(saga([branch('a', { ...action, pivot: true })]))).toEqual([]);
    expect(codesOf(saga([branch('ship', { pivot: true }), branch('a', { ...action, after: ['ship'] })]))).toEqual([]);
    const tcc = saga([branch('a', { endpoint: { urls: { try: 'https://a.internal/try' } } })], { pattern: 'tcc' });
    expect(problemsOf(tcc)).toMatchObject([{ detail: 'Branch "a" gives URLs, but none for "confirm" and "cancel".' }]);
  });

  it('keeps what only sagas have away from other patterns', () => {
    const tcc = saga([branch('a', { pivot: true, compensate: 'none' })], { pattern: 'tcc', stepwise: true });
    expect(codesOf(tcc)).toEqual(['stepwise_on_pattern', 'pivot_on_pattern', 'compensate_on_pattern']);
    const xa = saga([branch('a'), branch('b', { after: ['a'] })], { pattern: 'xa', driver: 'initiator' });
    expect(codesOf(xa)).toEqual(['after_on_pattern']);
  });

  it('lets nobody drive what is not theirs to drive', () => {
    expect(codesOf(saga([branch('a')], { driver: 'initiator' }))).toEqual(['driver_not_allowed']);
    expect(codesOf(saga([branch('a')], { pattern: 'xa' }))).toEqual(['driver_not_allowed']);
    expect(codesOf(saga([branch('a', { run: 'self' })], { pattern: 'tcc' }))).toEqual(['run_not_allowed']);
    expect(codesOf(saga([branch('a', { run: 'self' })], { pattern: 'tcc', driver: 'initiator' }))).toEqual([]);
  });

  it('refuses a policy without a deadline where branches hold resources until they are told', () => {
    expect(problemsOf(saga([branch('a')], { pattern: 'tcc' }), patient)).toMatchObject([{ code: 'deadline_required', pointer: '/policy' }]);
    expect(codesOf(saga([branch('a')]), patient)).toEqual([]);
  });

  it('asks a message for its check-back', () => {
    const message = saga([branch('a')], { pattern: 'message', driver: 'initiator' });
    expect(codesOf(message)).toEqual(['check_back_missing']);
    expect(codesOf({ ...message, checkBack: { urls: {} } })).toEqual(['endpoint_incomplete']);
    expect(codesOf({ ...message, checkBack: { contract: 'order.check' } })).toEqual([]);
  });

  it('wants something to coordinate, but not too much', () => {
    expect(codesOf(saga([]))).toEqual(['no_branches']);
    expect(codesOf(saga([], { pattern: 'tcc', driver: 'initiator' }))).toEqual([]);
    const many = Array.from({ length: MAX_BRANCHES + 1 }, (_, index) => branch(`b${index}`));
    expect(codesOf(saga(many))).toEqual(['too_many_branches']);
    expect(codesOf(saga(many.slice(1)))).toEqual([]);
  });

  it('reports everything at once', () => {
    expect(codesOf(saga([branch('a', { after: ['ghost'] }), branch('a'), branch('b', { pivot: true })]))).toEqual([
      'duplicate_branch',
      'after_unknown',
      'pivot_not_alone',
      'pivot_not_alone',
    ]);
  });
});
