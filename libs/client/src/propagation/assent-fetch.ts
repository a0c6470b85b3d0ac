/** `fetch` that takes the transaction along. */
import { contextHeaders, currentContext } from '@assent/context';
import { header, isLegalId } from '@assent/protocol';

/**
 * As `fetch`, with the headers of the transaction and trace in whose name it is called. Branches that the service says it saw succeed count as
 * seen here, so that the initiator submits them. Only for services you trust with the transaction: whoever has the headers may take part in it.
 */
export async function assentFetch(input: string | URL, init: RequestInit = {}): Promise<Response> {
  const context = currentContext();
  const headers = new Headers(init.headers);
  for (const [name, value] of Object.entries(contextHeaders(context))) headers.set(name, value);
  const response = await fetch(input, { ...init, headers });
  if (context?.gid !== undefined && response.ok) {
    for (const branch of (response.headers.get(header.branches) ?? '').split(',')) {
      if (isLegalId(branch)) context.branches.add(branch);
    }
  }
  return response;
}
