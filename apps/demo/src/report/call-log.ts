/** The calls of one transaction, read from the coordinator's JSON log: one line for each call, filtered by gid as an operator would. */
import { createReadStream } from 'node:fs';
import { createInterface } from 'node:readline';

export interface LoggedCall {
  readonly branch: string;
  readonly op: string;
  readonly outcome: string;
  readonly code?: string;
  readonly message?: string;
  readonly startedAtMs: number;
  readonly durationMs: number;
}

/** All logged calls of `gid`, in the order in which they left. Lines that are not calls are passed over. */
export async function readCalls(logFile: string, gid: string): Promise<readonly LoggedCall[]> {
  const calls: LoggedCall[] = [];
  for await (const line of createInterface({ input: createReadStream(logFile), crlfDelay: Number.POSITIVE_INFINITY })) {
    if (!line.includes(gid)) continue;
    const call = readCall(line, gid);
    if (call !== null) calls.push(call);
  }
  return calls.sort((a, b) => a.startedAtMs - b.startedAtMs);
}

function readCall(line: string, gid: string): LoggedCall | null {
  let entry: Record<string, unknown>;
  try {
    entry = JSON.parse(line) as Record<string, unknown>;
  } catch {
    return null;
  }
  const { branch, op, outcome, durationMs, code } = entry;
  if (entry.gid !== gid || typeof branch !== 'string' || typeof op !== 'string' || typeof outcome !== 'string') return null;
  if (typeof durationMs !== 'number') return null;
  const endedAtMs = typeof entry.time === 'string' ? Date.parse(entry.time) : Number(entry.time);
  const message = typeof entry.detail === 'string' ? { message: entry.detail } : {};
  return { branch, op, outcome, startedAtMs: endedAtMs - durationMs, durationMs, ...(typeof code === 'string' && { code }), ...message };
}
