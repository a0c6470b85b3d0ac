/**
 * Takes up what an incoming request carries along: the handler, and whatever it calls, runs in the context of the transaction and trace that the headers
 * name, over HTTP and as a message handler on NATS. An HTTP answer tells the asking service which branches were seen to succeed.
 */
import { currentContext, type HeaderReader, readContext, runInContext } from '@assent/context';
import { header } from '@assent/protocol';
import { type CallHandler, type ExecutionContext, Injectable, type NestInterceptor } from '@nestjs/common';
import { Observable, tap } from 'rxjs';

interface HttpRequestLike {
  readonly headers: Readonly<Record<string, string | readonly string[] | undefined>>;
}

interface HttpReplyLike {
  header(name: string, value: string): unknown;
}

/** What Nest's NATS context offers: `getHeaders()` with `get(name)`. */
interface RpcContextLike {
  getHeaders?: () => { get(name: string): string } | undefined;
}

@Injectable()
export class PropagationInterceptor implements NestInterceptor {
  intercept(execution: ExecutionContext, next: CallHandler): Observable<unknown> {
    const carried = readContext(readerOf(execution));
    if (carried === null || currentContext()?.gid !== undefined) return next.handle();
    const branches = new Set<string>();
    const answer = new Observable<unknown>((subscriber) =>
      runInContext({ ...carried, branches }, () => next.handle().subscribe(subscriber)),
    );
    return answer.pipe(tap(() => tellBranches(execution, branches)));
  }
}

function readerOf(execution: ExecutionContext): HeaderReader {
  if (execution.getType() === 'http') {
    const { headers } = execution.switchToHttp().getRequest<HttpRequestLike>();
    return (name) => {
      const value = headers[name];
      return typeof value === 'string' ? value : undefined;
    };
  }
  if (execution.getType() === 'rpc') {
    const headers = execution.switchToRpc().getContext<RpcContextLike | undefined>()?.getHeaders?.();
    return (name) => headers?.get(name) || undefined;
  }
  return () => undefined;
}

function tellBranches(execution: ExecutionContext, branches: ReadonlySet<string>): void {
  if (branches.size > 0 && execution.getType() === 'http') {
    execution
      .switchToHttp()
      .getResponse<HttpReplyLike>()
      .header(header.branches, [...branches].join(','));
  }
}
