/** When an op is called again, and when it is given up (DESIGN sections 5 and 9). */
import { type EpochMs, momentAfter } from '../model/ids.js';
import type { Outcome, Refusal } from '../model/outcome.js';
import type { Policy } from '../model/policy.js';
import type { Leg, LegState } from '../model/transaction.js';

/**
 * The longest `Retry-After` that is believed, in milliseconds, unless the policy's own cap is longer. A participant may ask for more rest than
 * an impatient policy would give it, but a wrong header must not put a transaction to sleep for a day.
 */
const BELIEVED_RETRY_AFTER_MS = 60_000;

/** However a policy is written (no interval, a jitter of more than all of it), nobody is called in a tight loop. In milliseconds. */
const SHORTEST_WAIT_MS = 10;

/** How the op of one leg is treated when its call ends. */
export interface CallRules {
  readonly policy: Policy;
  readonly attemptLimit: number;
  readonly timeoutMs: number;
  /** `ends`: it did not and never will. `fails`: the participant may say so of an end op. `retries`: it breaks the contract. */
  readonly onRejected: 'ends' | 'fails' | 'retries';
}

/** Why a leg is given up: nobody answered, or a refusal where none is legal was repeated to the last. */
export type ExhaustedBy = 'attempts_exhausted' | 'contract_broken';

/** What a leg becomes, or that its attempts are used up. */
export type Judgement = LegState | { readonly kind: 'exhausted'; readonly code: ExhaustedBy; readonly problem: Refusal };

/**
 * The wait after the n-th failed attempt in milliseconds: `min(capMs, firstIntervalMs * multiplier^(n-1))`, shortened by up to the fraction
 * `jitter` so that many transactions that failed together do not come back together, but at least 10 ms. `random` in [0, 1).
 */
export function backoffMs(policy: Policy, attempt: number, random: number): number {
  const full = Math.min(policy.capMs, policy.firstIntervalMs * policy.multiplier ** (attempt - 1));
  return Math.max(SHORTEST_WAIT_MS, Math.round(full * (1 - policy.jitter * random)));
}

/** Judges the call that just ended. `leg` still has it in the air. */
export function judge(leg: Leg, outcome: Outcome, rules: CallRules, atMs: EpochMs, random: number): Judgement {
  switch (outcome.kind) {
    case 'succeeded':
      return { kind: 'succeeded', by: 'answer', ...(outcome.result === undefined ? {} : { result: outcome.result }) };
    case 'rejected':
      if (rules.onRejected === 'ends') return { kind: 'rejected', refusal: outcome.refusal };
      if (rules.onRejected === 'fails') return { kind: 'failed', by: 'answer', refusal: outcome.refusal, sinceMs: atMs };
      return retryOrGiveUp(leg, 'contract_broken', outcome.refusal, rules, atMs, backoffMs(rules.policy, leg.attempts, random));
    case 'pending':
      return afterPending(leg, rules, atMs, pollDelayMs(rules.policy, outcome.retryAfterMs));
    case 'unknown':
      return afterUnknown(leg, outcome, rules, atMs, random);
  }
}

function afterUnknown(leg: Leg, outcome: Outcome & { kind: 'unknown' }, rules: CallRules, atMs: EpochMs, random: number): Judgement {
  // The abandoned call may still be on its way: the next one keeps a timeout's distance from it.
  const distanceMs = outcome.code === 'timeout' ? rules.timeoutMs : 0;
  const askedMs = outcome.retryAfterMs === undefined ? 0 : believedMs(rules.policy, outcome.retryAfterMs);
  if (leg.flight?.kind === 'poll') {
    return afterPending(leg, rules, atMs, Math.max(rules.policy.pollIntervalMs, distanceMs, askedMs));
  }
  const delayMs = Math.max(backoffMs(rules.policy, leg.attempts, random), distanceMs, askedMs);
  return retryOrGiveUp(leg, 'attempts_exhausted', { code: outcome.code, message: outcome.message }, rules, atMs, delayMs);
}

function retryOrGiveUp(leg: Leg, code: ExhaustedBy, problem: Refusal, rules: CallRules, atMs: EpochMs, delayMs: number): Judgement {
  if (leg.attempts >= rules.attemptLimit) return { kind: 'exhausted', code, problem };
  const sinceMs = leg.state.kind === 'retrying' ? leg.state.sinceMs : atMs;
  return { kind: 'retrying', problem, sinceMs, notBeforeMs: momentAfter(atMs, delayMs) };
}

function afterPending(leg: Leg, rules: CallRules, atMs: EpochMs, delayMs: number): LegState {
  const sinceMs = leg.state.kind === 'pending' ? leg.state.sinceMs : atMs;
  if (atMs - sinceMs < rules.policy.maxPendingMs)
    return { kind: 'pending', sinceMs, notBeforeMs: momentAfter(atMs, Math.max(SHORTEST_WAIT_MS, delayMs)) };
  const message = `still pending after ${rules.policy.maxPendingMs} ms, the longest that policy ${rules.policy.name} waits`;
  return { kind: 'parked', problem: { code: 'pending_too_long', message }, sinceMs: atMs };
}

/** A participant may ask to be polled sooner than the policy says, but not in a tight loop. */
function pollDelayMs(policy: Policy, retryAfterMs: number | undefined): number {
  if (retryAfterMs === undefined) return policy.pollIntervalMs;
  return Math.max(believedMs(policy, retryAfterMs), Math.min(policy.firstIntervalMs, policy.pollIntervalMs));
}

function believedMs(policy: Policy, retryAfterMs: number): number {
  return Math.min(retryAfterMs, Math.max(policy.capMs, policy.pollIntervalMs, BELIEVED_RETRY_AFTER_MS));
}
