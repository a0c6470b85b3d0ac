/** Plays a transcript: interprets its lines and writes what happened under each of them. */
import { initiatorBranch, type Op, type ProtocolEvent } from '@assent/protocol';
import { parseBegin, parseBranch, parseDuration, parseOutcome, parsePolicy, scriptOf } from './script.js';
import { Stage } from './stage.js';

/** The whole transcript, with what the machine does today. */
export function play(transcript: string): string {
  const [title = '', ...script] = scriptOf(transcript);
  const lines = [title];
  let stage: Stage | null = null;
  for (const line of script) {
    lines.push(line);
    if (line.startsWith('#')) continue;
    if (line.startsWith('begin ')) {
      const [opening = '', hold] = line.split(', flushes are ');
      stage = new Stage(parseBegin(opening), hold === 'held' ? 'flushes are held' : 'flushes land');
    } else if (stage === null) throw new Error(`a story starts with begin, not with: ${line}`);
    else perform(stage, line);
    lines.push(...stage.takeLines());
  }
  return `${lines.join('\n')}\n`;
}

function perform(stage: Stage, line: string): void {
  const [first = '', ...rest] = line.split(' ');
  const tail = rest.join(' ');
  if (first === 'wait') {
    const [duration = '', ...then] = tail.split(', ');
    stage.wait(parseDuration(duration));
    if (then.length > 0) perform(stage, then.join(', '));
  } else if (line === 'crash') stage.crash();
  else if (line === 'show') stage.show();
  else if (line === 'flushes are held') stage.holdFlushes();
  else if (line === 'flushes land') stage.landFlushes();
  else stage.apply(parseEvent(first, tail, stage.nowMs));
}

function parseEvent(verb: string, tail: string, atMs: number): ProtocolEvent {
  const words = tail.split(' ');
  const by = 'ada';
  switch (verb) {
    case 'abort':
      return { kind: 'abortRequested', code: tail === '' ? 'aborted_by_request' : tail, message: 'asked for', by, atMs };
    case 'submit':
      return { kind: 'submitted', branches: tail === '' ? [] : words, by, atMs };
    case 'register':
      return { kind: 'registered', branch: parseBranch(tail, null), atMs };
    case 'report':
      return { kind: 'reported', branch: words[0]!, report: words[1] as 'succeeded' | 'rejected' | 'released', atMs };
    case 'pause':
      return { kind: 'paused', by, atMs };
    case 'resume':
      return { kind: 'resumed', by, atMs };
    case 'retry':
      return { kind: 'retryRequested', branch: tail === '' ? null : tail, atMs };
    case 'edit':
      return { kind: 'payloadEdited', branch: words[0]!, payload: words[1]!, atMs };
    case 'switch':
      return { kind: 'policyChanged', policy: parsePolicy(tail), atMs };
    case 'hurry':
      return { kind: 'hurried', branch: words[0]!, atMs };
    case 'resolve':
      return { kind: 'resolvedByHand', branch: words[0]!, op: words[1] as Op, outcome: words[2] as 'succeeded' | 'failed', by, atMs };
    default:
      return parseCallEnd(`${verb} ${tail}`, atMs);
  }
}

/** `inventory try 1 -> timed out`. */
function parseCallEnd(line: string, atMs: number): ProtocolEvent {
  const [call = '', outcome] = line.split(' -> ');
  const [who = '', op, attempt] = call.split(' ');
  if (outcome === undefined) throw new Error(`no such line in a story: ${line}`);
  const named = { branch: who === 'initiator' ? initiatorBranch : who, op: op as Op, attempt: Number(attempt), atMs };
  return outcome === 'never left'
    ? { kind: 'withdrawn', ...named }
    : { kind: 'replied', ...named, outcome: parseOutcome(outcome), random: 0 };
}
