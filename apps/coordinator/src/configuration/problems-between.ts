/** What is wrong between variables that are fine by themselves. A check is left out when one of those it looks at cannot be read. */
import { refusedInProduction } from '@assent/failpoints';
import { eventSubjectPrefix } from '@assent/protocol';
import { EgressPolicy } from '@assent/transport';
import { accessProblems } from './access.js';
import type { Variables } from './variables.js';

/** The second word of the subjects of events, where calls have the name of the participant. */
const EVENT_WORD = eventSubjectPrefix.split('.')[1] ?? '';

/** `undefined`, where a variable cannot be read. */
type Readable = Partial<Variables>;

/** One sentence for each problem. */
export function problemsBetween(values: Readable): string[] {
  return [
    ...unnamedParticipants('ASSENT_PARTICIPANT_KEYS', values),
    ...unnamedParticipants('ASSENT_PARTICIPANT_CONCURRENCY', values),
    ...unnamedOrigins(values),
    ...unreachable('ASSENT_PARTICIPANTS', urlsOf(values), values.ASSENT_MODE),
    ...withoutNats(values),
    ...calledLikeEvents(values),
    ...unreachable('ASSENT_ALLOWED_ORIGINS', values.ASSENT_ALLOWED_ORIGINS, values.ASSENT_MODE),
    ...unreachable('ASSENT_WEBHOOK_ORIGINS', values.ASSENT_WEBHOOK_ORIGINS, values.ASSENT_MODE),
    ...unreachable('ASSENT_JWT_JWKS_URL', issuerIn(values), values.ASSENT_MODE),
    ...largerThanTheBody(values),
    ...harmInProduction(values),
    ...forgottenTooSoon(values),
    ...accessProblems(values),
  ];
}

function unnamedParticipants(variable: 'ASSENT_PARTICIPANT_KEYS' | 'ASSENT_PARTICIPANT_CONCURRENCY', values: Readable): string[] {
  const { ASSENT_PARTICIPANTS: participants } = values;
  if (participants === undefined) return [];
  const unnamed = [...(values[variable]?.keys() ?? [])].filter((name) => !participants.has(name));
  return unnamed.map((name) => `${variable} names "${name}", which ASSENT_PARTICIPANTS does not`);
}

function forgottenTooSoon({ ASSENT_KEEP_FINISHED_DAYS: finished, ASSENT_RETENTION_DAYS: retention }: Readable): string[] {
  if (finished === undefined || retention === undefined || finished <= retention) return [];
  return ['ASSENT_KEEP_FINISHED_DAYS must not be greater than ASSENT_RETENTION_DAYS'];
}

function unnamedOrigins({ ASSENT_ORIGIN_KEYS: keys, ASSENT_ALLOWED_ORIGINS: origins }: Readable): string[] {
  if (keys === undefined || origins === undefined) return [];
  const unnamed = [...keys.keys()].filter((origin) => !origins.includes(origin));
  return unnamed.map((origin) => `ASSENT_ORIGIN_KEYS names ${origin}, which ASSENT_ALLOWED_ORIGINS does not`);
}

function urlsOf({ ASSENT_PARTICIPANTS: participants }: Readable): string[] | undefined {
  return participants === undefined ? undefined : [...participants.values()].filter((address) => address.startsWith('http'));
}

function issuerIn({ ASSENT_JWT_JWKS_URL: url }: Readable): string[] | undefined {
  return url === undefined || url === '' ? undefined : [url];
}

function withoutNats({ ASSENT_PARTICIPANTS: participants, ASSENT_NATS_URL: nats }: Readable): string[] {
  if (participants === undefined || nats !== null) return [];
  const names = [...participants].filter(([, address]) => address === 'nats:').map(([name]) => name);
  return names.map((name) => `ASSENT_PARTICIPANTS says that "${name}" is called over NATS, but ASSENT_NATS_URL is not set`);
}

/** The stream of events would take calls of such a participant for events, and answer them. One that announces itself may say `nats:`. */
function calledLikeEvents({ ASSENT_PARTICIPANTS: participants }: Readable): string[] {
  const address = participants?.get(EVENT_WORD);
  if (address !== 'nats:' && address !== 'registry:') return [];
  const how = address === 'nats:' ? 'over NATS' : 'wherever it announces itself, NATS included';
  return [
    `ASSENT_PARTICIPANTS calls a participant "${EVENT_WORD}" ${how}, where that name belongs to events; give it another name, or a base URL`,
  ];
}

/** Addresses that every call would be refused to: better said at boot than at the first transaction. Names are judged when they are resolved. */
function unreachable(variable: string, urls: Iterable<string> | undefined, mode: Readable['ASSENT_MODE']): string[] {
  if (urls === undefined || mode === undefined) return [];
  const allowLoopback = mode === 'development';
  const egress = new EgressPolicy({ allowLoopback, allowedOrigins: [] });
  const problems: string[] = [];
  for (const url of urls) {
    const { hostname } = new URL(url);
    const problem = egress.checkHost(hostname === 'localhost' ? '127.0.0.1' : hostname);
    if (problem !== null) {
      const advice = allowLoopback ? '' : ' (ASSENT_MODE=development permits loopback)';
      problems.push(`${variable} names ${url}, which may not be called: ${problem.detail.replace(/\.$/, '')}${advice}`);
    }
  }
  return problems;
}

function largerThanTheBody({ ASSENT_MAX_PAYLOAD_BYTES: payload, ASSENT_MAX_BODY_BYTES: body }: Readable): string[] {
  if (payload === undefined || body === undefined || payload <= body) return [];
  return ['ASSENT_MAX_PAYLOAD_BYTES must not be greater than ASSENT_MAX_BODY_BYTES'];
}

function harmInProduction({ ASSENT_MODE: mode, ASSENT_FAILPOINT: armed }: Readable): string[] {
  return mode === 'production' && armed !== undefined && armed.length > 0 ? [`ASSENT_FAILPOINT ${refusedInProduction}`] : [];
}
