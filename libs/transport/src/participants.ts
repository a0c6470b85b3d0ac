/**
 * Participants as configuration names them: name -> base URL, key, concurrency. What reads variables or files is the coordinator application;
 * here is what a legal entry looks like.
 */
import { isLegalId } from '@assent/protocol';
import { formProblem, readOrigin } from './egress/index.js';
import { participantKeyProblem } from './signing/index.js';

/** Each place is a connection: more would exhaust the ports towards one address. */
const MAX_CONCURRENCY = 10_000;

export interface Participant {
  /** The part of a contract before its first `.`: `inventory` for `inventory.reserve`. */
  readonly name: string;
  /** Calls go to `{baseUrl}/assent/{contract}/{op}`. */
  readonly baseUrl: string;
  /** `whsec_...`, shared with the participant. */
  readonly key: string;
  /** How many calls may be in the air at once; the transport's default if absent. */
  readonly concurrency?: number;
}

/** A participant that is called over NATS: its subjects follow from its contracts. */
export type NatsParticipant = Omit<Participant, 'baseUrl'>;

/** An origin that branches may name by URL, with the key its calls are signed with. */
export interface AllowedOrigin {
  readonly origin: string;
  readonly key: string;
  readonly concurrency?: number;
}

/** Everything wrong with an entry, as sentences that name it; empty when it is fine. Never shows the key. */
export function participantProblems(participant: Participant): readonly string[] {
  const form = formProblem(participant.baseUrl) ?? (participant.baseUrl.includes('?') ? 'It has a query.' : null);
  if (form === null) return natsParticipantProblems(participant);
  return [
    `participant ${participant.name}: The base URL "${participant.baseUrl}" cannot be used. ${form}`,
    ...natsParticipantProblems(participant),
  ];
}

/** As `participantProblems`, for an entry without a base URL. */
export function natsParticipantProblems(participant: NatsParticipant): readonly string[] {
  const isName = isLegalId(participant.name) && !participant.name.includes('.');
  const problems = [...(isName ? [] : ['A name is 1 to 64 of A-Z a-z 0-9 _ -, without a dot.']), ...accessProblems(participant)];
  return problems.map((problem) => `participant ${participant.name}: ${problem}`);
}

/** Everything wrong with an allowed origin, as sentences that name it; empty when it is fine. Never shows the key. */
export function allowedOriginProblems(allowed: AllowedOrigin): readonly string[] {
  const problems = accessProblems(allowed).map((problem) => `origin ${allowed.origin}: ${problem}`);
  try {
    readOrigin(allowed.origin);
  } catch (error) {
    problems.push(String(error));
  }
  return problems;
}

function accessProblems(to: { readonly key: string; readonly concurrency?: number }): readonly string[] {
  const key = participantKeyProblem(to.key);
  const { concurrency } = to;
  const isUsable = concurrency === undefined || (Number.isInteger(concurrency) && concurrency >= 1 && concurrency <= MAX_CONCURRENCY);
  return [...(key === null ? [] : [key]), ...(isUsable ? [] : [`The concurrency is a whole number from 1 to ${MAX_CONCURRENCY}.`])];
}

/** One address read from a list such as `inventory=http://localhost:4102,payment=http://localhost:4103`. */
export interface ParticipantAddress {
  readonly name: string;
  readonly baseUrl: string;
}

/** Reads such a list. Reports everything it could not read, and names named twice; never throws. */
export function parseParticipantList(text: string): {
  readonly addresses: readonly ParticipantAddress[];
  readonly problems: readonly string[];
} {
  const addresses = new Map<string, ParticipantAddress>();
  const problems: string[] = [];
  for (const entry of text.split(',').map((part) => part.trim())) {
    if (entry === '') continue;
    const at = entry.indexOf('=');
    const name = entry.slice(0, at).trim();
    if (at < 1) problems.push(`"${entry}" is not of the form name=url.`);
    else if (addresses.has(name)) problems.push(`The participant ${name} is named twice.`);
    else addresses.set(name, { name, baseUrl: entry.slice(at + 1).trim() });
  }
  return { addresses: [...addresses.values()], problems };
}

/** The participant a contract belongs to. */
export function participantOfContract(contract: string): string {
  const dot = contract.indexOf('.');
  return dot === -1 ? contract : contract.slice(0, dot);
}
