/** JSON over HTTP to a service beside us. */

export interface JsonAnswer {
  readonly status: number;
  readonly body: unknown;
}

/** Longer than any service of the shop makes one wait. */
const TIMEOUT_MS = 15_000;

/** Throws when nothing, or something that is not JSON, comes back within 15 s. */
export async function callJson(
  method: 'GET' | 'PUT' | 'POST',
  url: string,
  request: { readonly body?: unknown; readonly headers?: Readonly<Record<string, string>> } = {},
): Promise<JsonAnswer> {
  const answer = await fetch(url, {
    method,
    headers: { ...request.headers, ...(request.body !== undefined && { 'content-type': 'application/json' }) },
    ...(request.body !== undefined && { body: JSON.stringify(request.body) }),
    signal: AbortSignal.timeout(TIMEOUT_MS),
  });
  return { status: answer.status, body: await answer.json() };
}
