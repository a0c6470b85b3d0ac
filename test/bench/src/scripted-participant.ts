/**
 * A participant, in a process of its own, whose parent tells it how to behave, and which counts at its own door what the coordinator sends: how many calls
 * of each participant were in the air at one time. One process serves all names; the name is the first part of the contract in the path.
 */
import { createServer } from 'node:http';

/** What the parent says. */
export interface Behaviour {
  /** 204 agrees; 503 is an outage. */
  readonly status: 204 | 503;
  readonly delayMs: number;
}

/** What it tells when asked. */
export interface Traffic {
  /** By participant: since the last change of behaviour. */
  readonly mostInFlight: Readonly<Record<string, number>>;
  readonly calls: number;
  /** When the first of these calls came, in milliseconds since the epoch; `null` before. */
  readonly firstAtMs: number | null;
}

let behaviour: Behaviour = { status: 204, delayMs: 0 };
let mostInFlight: Record<string, number> = {};
let calls = 0;
let firstAtMs: number | null = null;
const inFlight = new Map<string, number>();

function arrived(participant: string): void {
  const now = (inFlight.get(participant) ?? 0) + 1;
  inFlight.set(participant, now);
  mostInFlight[participant] = Math.max(mostInFlight[participant] ?? 0, now);
  calls += 1;
  firstAtMs ??= Date.now();
}

const server = createServer((request, response) => {
  const participant = /^\/assent\/([^./]+)/.exec(request.url as string)?.[1] ?? 'unknown';
  arrived(participant);
  const { status, delayMs } = behaviour;
  const answer = () => {
    inFlight.set(participant, (inFlight.get(participant) as number) - 1);
    response.writeHead(status).end();
  };
  request.resume().once('end', () => (delayMs === 0 ? answer() : setTimeout(answer, delayMs)));
});

process.on('message', (message: Behaviour | 'traffic') => {
  if (message === 'traffic') {
    process.send?.({ mostInFlight, calls, firstAtMs } satisfies Traffic);
    return;
  }
  behaviour = message;
  mostInFlight = {};
  calls = 0;
  firstAtMs = null;
  process.send?.('changed');
});
process.on('disconnect', () => process.exit(0));
server.keepAliveTimeout = 60_000;
server.listen(Number(process.argv[2]), '127.0.0.1', () => process.send?.('listening'));
