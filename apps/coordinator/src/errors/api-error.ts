/** An answer that is an error, on its way to the client, and its body (RFC 9457). */
import { catalogue, type ErrorCode } from './catalogue.js';

/** Where a code is explained. */
const TYPE_BASE = 'https://assent.dev/errors/';

/** Refusals that say "not now", beside those whose status says so: nothing was done, and the same request may be carried out a moment later. */
const NOT_NOW: ReadonlySet<ErrorCode> = new Set(['not_sealed', 'too_many_approvals']);

export interface ErrorFields {
  /** JSON pointer to the part of the request body that is meant. */
  readonly pointer?: string;
  readonly gid?: string;
  /** Sent as the header `Retry-After`, rounded up to whole seconds. */
  readonly retryAfterMs?: number;
  /** The methods a route answers, for the header `allow`. */
  readonly allow?: readonly string[];
  /** What the header `www-authenticate` says beside its scheme and realm; with every 401. */
  readonly challenge?: string;
  /** Everything that is wrong with a definition, when it is more than one thing. */
  readonly problems?: readonly Problem[];
  /** How the transaction stands, for a command that came too late. */
  readonly transaction?: object;
}

export interface Problem {
  readonly code: string;
  readonly detail: string;
  readonly pointer: string;
}

/** The body of every error answer, `application/problem+json`. */
export interface ProblemBody {
  readonly type: string;
  readonly title: string;
  readonly status: number;
  readonly code: ErrorCode;
  readonly detail: string;
  readonly pointer?: string;
  readonly gid?: string;
  readonly problems?: readonly Problem[];
  readonly transaction?: object;
}

/** Thrown by the API to answer with an error of the catalogue. `detail` names the thing, and ends up in front of the user. */
export class ApiError extends Error {
  override readonly name = 'ApiError';

  constructor(
    readonly code: ErrorCode,
    readonly detail: string,
    readonly fields: ErrorFields = {},
  ) {
    super(`${code}: ${detail}`);
  }

  get status(): number {
    return catalogue[this.code].status;
  }

  /** True for a refusal that stays one: not that something is busy, away, or out of reach. */
  get isLasting(): boolean {
    return this.status >= 400 && this.status < 500 && this.status !== 429 && !NOT_NOW.has(this.code);
  }

  /** The body of the answer. */
  toBody(): ProblemBody {
    const { pointer, gid, problems, transaction } = this.fields;
    return {
      type: TYPE_BASE + this.code,
      title: catalogue[this.code].title,
      status: this.status,
      code: this.code,
      detail: this.detail,
      ...(pointer === undefined ? {} : { pointer }),
      ...(gid === undefined ? {} : { gid }),
      ...(problems === undefined ? {} : { problems }),
      ...(transaction === undefined ? {} : { transaction }),
    };
  }
}
