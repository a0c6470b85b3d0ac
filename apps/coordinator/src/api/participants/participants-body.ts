/** A participant as an answer shows it. */
import type { ParticipantSheet, ParticipantSheets } from './participant-desk.js';

export function participantsBody({ asOfMs, node, sheets }: ParticipantSheets): object {
  return { asOf: timeOf(asOfMs), node, items: sheets.map(participantBody) };
}

export function participantBody({ name, baseUrl, concurrency, control, state, inFlight, queued, waiting }: ParticipantSheet): object {
  const pause = control?.pause ?? null;
  const breaker = state?.breaker;
  return {
    name,
    baseUrl,
    concurrency,
    dispatch: pause === null ? 'running' : 'paused',
    pause: pause === null ? null : { by: pause.by, reason: pause.reason, at: timeOf(pause.atMs) },
    breaker: {
      state: breaker?.state ?? 'closed',
      since: timeOrNull(breaker?.sinceMs ?? null),
      failuresInRow: breaker?.failuresInRow ?? 0,
      openUntil: timeOrNull(breaker?.openUntilMs ?? null),
      openedTotal: breaker?.openedTotal ?? 0,
      lastProblem: problemBody(breaker?.lastProblem ?? null),
    },
    calls: { inFlight, queued, held: state?.held ?? 0 },
    waiting: waiting.map(({ kind, count, oldestSinceMs }) => ({ kind, count, oldest: timeOf(oldestSinceMs) })),
    links: linksOf(name),
  };
}

function linksOf(name: string): object {
  const encoded = encodeURIComponent(name);
  return { self: `/v1/participants/${encoded}`, transactions: `/v1/transactions?participant=${encoded}` };
}

function problemBody(problem: { readonly code: string; readonly message: string; readonly atMs: number } | null): object | null {
  return problem === null ? null : { code: problem.code, message: problem.message, at: timeOf(problem.atMs) };
}

function timeOrNull(ms: number | null): string | null {
  return ms === null ? null : timeOf(ms);
}

function timeOf(ms: number): string {
  return new Date(ms).toISOString();
}
