/** Mistakes in the machine: what it decides, what it owes, and what it knows after a crash. */
const protocol = 'libs/protocol/src';

/** @type {readonly import('./registry.mjs').Mutant[]} */
export const machineMutants = [
  {
    name: 'moves the horizon without a flush',
    file: `${protocol}/plan/index.ts`,
    original:
      "if (place.kind === 'forward') return durable.branches[place.index]?.inHorizon === true && hasDurablePayload(tx, place.index, durable);",
    mutated: "if (place.kind === 'forward') return true;",
  },
  {
    name: 'acts on a decision before it is durable',
    file: `${protocol}/plan/index.ts`,
    original: "place.kind === 'end' ? durable.decision !== null :",
    mutated: "place.kind === 'end' ? true :",
  },
  {
    name: 'ignores the horizon on load',
    file: `${protocol}/image/read.ts`,
    original: 'const inHorizon = implied.inHorizon || horizon.has(id);',
    mutated: 'const inHorizon = implied.inHorizon;',
  },
  {
    name: 'takes what may have been sent before a crash as never sent',
    file: `${protocol}/image/read.ts`,
    original: "return inHorizon && !behindPivot ? 'maybe' : 'no';",
    mutated: "return 'no';",
  },
  {
    name: 'takes unknown as failed',
    file: `${protocol}/step/retry.ts`,
    original: 'return afterUnknown(leg, outcome, rules, atMs, random);',
    mutated: "return { kind: 'rejected', refusal: { code: outcome.code, message: outcome.message } };",
  },
  {
    name: 'takes unknown as succeeded',
    file: `${protocol}/step/retry.ts`,
    original: 'return afterUnknown(leg, outcome, rules, atMs, random);',
    mutated: "return { kind: 'succeeded', by: 'answer' };",
  },
  {
    name: 'takes pending as succeeded',
    file: `${protocol}/step/retry.ts`,
    original: 'return afterPending(leg, rules, atMs, pollDelayMs(rules.policy, outcome.retryAfterMs));',
    mutated: "return { kind: 'succeeded', by: 'answer' };",
  },
  {
    name: 'tries again without a pause',
    file: `${protocol}/step/retry.ts`,
    original: "return { kind: 'retrying', problem, sinceMs, notBeforeMs: momentAfter(atMs, delayMs) };",
    mutated: "return { kind: 'retrying', problem, sinceMs, notBeforeMs: atMs };",
  },
  {
    name: 'compensates in forward order',
    file: `${protocol}/plan/owed.ts`,
    original: 'clear[index] = tx.graph.before[index]!.every((next) => clear[next] && isRolledBack(tx, next));',
    mutated: 'clear[index] = tx.graph.after[index]!.every((next) => isRolledBack(tx, next));',
  },
  {
    name: 'sends a rollback while its forward call is in the air',
    file: `${protocol}/plan/owed.ts`,
    original: 'if (op !== null && forward.flight === null) addBranchCall',
    mutated: 'if (op !== null) addBranchCall',
  },
  {
    name: 'starts a step before those it follows',
    file: `${protocol}/plan/owed.ts`,
    original: 'if (tx.graph.after[index]!.every((before) => tookEffect(tx.branches[before]!))) {',
    mutated: 'if (tx.graph.after[index]!.length >= 0) {',
  },
  {
    name: 'lets a deadline overrule a pivot',
    file: `${protocol}/step/deadline.ts`,
    original: "if (tx.status !== 'active' || isPastPivot(tx)) return null;",
    mutated: "if (tx.status !== 'active') return null;",
  },
  {
    name: 'judges the deadline after the decision',
    file: `${protocol}/step/deadline.ts`,
    original: "if (tx.status !== 'active' || isPastPivot(tx)) return null;",
    mutated: "if (!['active', 'committing'].includes(tx.status) || isPastPivot(tx)) return null;",
  },
  {
    name: 'lets an abort overrule a pivot',
    file: `${protocol}/step/commands.ts`,
    original: 'if (!isPastPivot(tx)) return done(decideAbort',
    mutated: 'if (tx.gid) return done(decideAbort',
  },
  {
    name: 'lets exhausted attempts overrule a pivot',
    file: `${protocol}/step/calls.ts`,
    original: "tx.policy.onExhausted === 'abort' && !isPastPivot(tx);",
    mutated: "tx.policy.onExhausted === 'abort';",
  },
  {
    name: 'turns a confirm into a cancel once attempts are used up',
    file: `${protocol}/step/calls.ts`,
    original: '  const state = orParked(verdict, leg, event.atMs);\n',
    mutated:
      "  if (verdict.kind === 'exhausted') return done(decideAbort(withLeg(tx, place, land(leg, leg.state)), verdict.problem, event.atMs));\n" +
      '  const state = orParked(verdict, leg, event.atMs);\n',
  },
  {
    name: 'accepts a registration after the decision',
    file: `${protocol}/step/transitions.ts`,
    original: '  registered: (tx: Transaction): Stepped =>\n',
    mutated: '  registered: register,\n  neverAsked: (tx: Transaction): Stepped =>\n',
  },
  {
    name: 'aborts what is committing',
    file: `${protocol}/step/transitions.ts`,
    original: '  abortRequested: (tx) => refused(',
    mutated: '  abortRequested: abort,\n  neverAsked: (tx) => refused(',
  },
  {
    name: 'waits for ever for a call of a dead node',
    file: `${protocol}/step/transitions.ts`,
    original: '  if (owesOnlyItsEnd(tx)) return done(finishIfDone(tx));\n',
    mutated: '',
  },
  {
    name: 'skips at abort what others had started',
    file: `${protocol}/step/decide.ts`,
    original: "branch.forward.sent !== 'no' && !(ranByUs",
    mutated: "branch.forward.sent !== 'no' && ranByUs && !(ranByUs",
  },
  {
    name: 'rolls back only what it knows to have succeeded',
    file: `${protocol}/step/decide.ts`,
    original: "branch.forward.sent !== 'no' && !(ranByUs",
    mutated: "branch.forward.state.kind === 'succeeded' && !(ranByUs",
  },
  {
    name: 'ends before everything owed is done',
    file: `${protocol}/step/decide.ts`,
    original: 'branch.forward.flight === null && hasEnded(branch.end)',
    mutated: 'branch.forward.flight === null',
  },
  {
    name: 'does not take a refusal for a decision',
    file: `${protocol}/step/settle.ts`,
    original: "if (state.kind === 'rejected') return decideAbort",
    mutated: "if (state.kind === 'failed') return decideAbort",
  },
  {
    name: 'commits when one branch has succeeded',
    file: `${protocol}/step/settle.ts`,
    original: 'tx.branches.every(tookEffect) : tookEffect(pivot);',
    mutated: 'tx.branches.some(tookEffect) : tookEffect(pivot);',
  },
  {
    name: 'makes one attempt more than the policy permits',
    file: `${protocol}/step/retry.ts`,
    original: 'if (leg.attempts >= rules.attemptLimit)',
    mutated: 'if (leg.attempts > rules.attemptLimit)',
  },
  {
    name: 'gives every call the time of the other kind',
    file: `${protocol}/plan/owed.ts`,
    original: "place.kind === 'forward' ? tx.policy.forwardTimeoutMs : tx.policy.endTimeoutMs",
    mutated: "place.kind === 'forward' ? tx.policy.endTimeoutMs : tx.policy.forwardTimeoutMs",
  },
  {
    name: 'keeps no distance from a call that timed out',
    file: `${protocol}/step/retry.ts`,
    original: "outcome.code === 'timeout' ? rules.timeoutMs : 0",
    mutated: '0',
  },
  {
    name: 'uses the number of an earlier call again',
    file: `${protocol}/image/progress.ts`,
    original: '...(calls === attempts ? {} : { calls }),',
    mutated: '',
  },
  {
    name: 'counts attempts anew after a takeover',
    file: `${protocol}/image/progress.ts`,
    original: '...(attempts === 0 ? {} : { attempts }),',
    mutated: '...(attempts === 0 ? {} : { attempts: 1 }),',
  },
  {
    name: 'commits what its initiator never submitted',
    file: `${protocol}/step/settle.ts`,
    original: 'if (!isDrivenByInitiator(tx) && allForwardDone(tx))',
    mutated: 'if (allForwardDone(tx))',
  },
  {
    name: 'delivers behind a pivot in any order',
    file: `${protocol}/plan/owed.ts`,
    original: 'if (tx.graph.after[index]!.every((before) => hasEnded(tx.branches[before]!.end))) addEnd(tx, index, owed);',
    mutated: 'addEnd(tx, index, owed);',
  },
];
