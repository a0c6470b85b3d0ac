/**
 * The language of the golden transcripts. A transcript is a story: its first line is the behaviour, lines at the margin are what happens to the
 * transaction, indented lines are what the machine and its driver did about it.
 */
import { type BranchDefinition, type Definition, type Outcome, type PatternName, type Policy, shippedPolicies } from '@assent/protocol';

export interface Opening {
  readonly definition: Definition;
  readonly policy: Policy;
}

/** Lines of a transcript without what was answered to them. */
export function scriptOf(transcript: string): readonly string[] {
  return transcript.split('\n').filter((line) => line.trim() !== '' && !line.startsWith(' '));
}

/** `begin saga  stock  ship pivot  mail after ship no-compensate    policy standard, deadline 30s`: columns stand two spaces apart. */
export function parseBegin(line: string): Opening {
  const [head = '', ...columns] = line.trim().split(/\s{2,}/);
  const [, pattern, ...words] = head.split(' ');
  const policyColumn = columns.find((column) => column.startsWith('policy '));
  const branchColumns = columns.filter((column) => column !== policyColumn);
  const policy = parsePolicy(policyColumn ?? 'policy standard');
  const branches: BranchDefinition[] = [];
  for (const column of branchColumns) branches.push(parseBranch(column, pattern === 'saga' ? (branches.at(-1)?.id ?? null) : null));
  const definition: Definition = {
    pattern: pattern as PatternName,
    driver: words.includes('initiator') ? 'initiator' : 'coordinator',
    policy: { name: policy.name, version: policy.version },
    stepwise: words.includes('stepwise'),
    ...(pattern === 'message' ? { checkBack: { contract: 'order.check' } } : {}),
    branches,
  };
  return { definition, policy };
}

/** `inventory.reserve self`, `ship pivot`, `mail after ship,points no-compensate`, `stock after -` (a root). */
export function parseBranch(column: string, previous: string | null): BranchDefinition {
  const [contract = '', ...words] = column.split(' ');
  const afterAt = words.indexOf('after');
  const declared = afterAt < 0 ? null : words[afterAt + 1]!;
  const implied = previous === null ? [] : [previous];
  return {
    id: contract.split('.')[0]!,
    endpoint: { contract },
    payload: '{}',
    after: declared === null ? implied : declared === '-' ? [] : declared.split(','),
    compensate: words.includes('no-compensate') ? 'none' : 'default',
    pivot: words.includes('pivot'),
    run: words.includes('self') ? 'self' : 'coordinator',
    hash: column,
  };
}

/** `policy standard, deadline 30s, attempts 2, end attempts 3, exhausted park, max pending 60s`. */
export function parsePolicy(column: string): Policy {
  const [head = '', ...settings] = column.split(', ');
  const base = shippedPolicies.find(({ name }) => name === head.slice('policy '.length));
  if (base === undefined) throw new Error(`no such policy: ${column}`);
  return Object.assign({ ...base, jitter: 0 }, ...settings.map(parseSetting)) as Policy;
}

function parseSetting(setting: string): Partial<Policy> {
  const value = setting.slice(setting.lastIndexOf(' ') + 1);
  switch (setting.slice(0, setting.lastIndexOf(' '))) {
    case 'deadline':
      return { deadlineMs: value === 'none' ? null : parseDuration(value) };
    case 'attempts':
      return { forwardAttempts: Number(value) };
    case 'end attempts':
      return { endAttempts: Number(value) };
    case 'exhausted':
      return { onExhausted: value === 'park' ? 'park' : 'abort' };
    case 'max pending':
      return { maxPendingMs: parseDuration(value) };
    default:
      throw new Error(`no such setting of a policy: ${setting}`);
  }
}

/** `3s`, `200ms` in milliseconds. */
export function parseDuration(text: string): number {
  const match = /^(\d+)(ms|s|m|h)$/.exec(text);
  if (match === null) throw new Error(`no duration: ${text}`);
  return Number(match[1]) * { ms: 1, s: 1_000, m: 60_000, h: 3_600_000 }[match[2] as 'ms' | 's' | 'm' | 'h'];
}

/** `succeeded`, `succeeded with {"id":7}`, `rejected CODE`, `pending, again after 5s`, `timed out`, `failed http_500`, `failed http_503, again after 5s`. */
export function parseOutcome(text: string): Outcome {
  const [what = '', again] = text.split(', again after ');
  const retryAfter = again === undefined ? {} : { retryAfterMs: parseDuration(again) };
  const [word, ...rest] = what.split(' ');
  const tail = rest.join(' ');
  switch (word) {
    case 'succeeded':
      return { kind: 'succeeded', ...(tail === '' ? {} : { result: tail.slice('with '.length) }) };
    case 'rejected':
      return { kind: 'rejected', refusal: { code: tail, message: `the participant says ${tail}` } };
    case 'pending':
      return { kind: 'pending', ...retryAfter };
    case 'timed':
      return { kind: 'unknown', code: 'timeout', message: 'no answer in time' };
    case 'failed':
      return { kind: 'unknown', code: tail, message: `the call ended with ${tail}`, ...retryAfter };
    default:
      throw new Error(`no such outcome: ${text}`);
  }
}
