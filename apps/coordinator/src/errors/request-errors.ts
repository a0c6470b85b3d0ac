/** Requests that cannot be read, or that ask for something that is not there. */
import type { ErrorEntry } from './entry.js';

export const requestErrors = {
  not_json: {
    status: 400,
    title: 'The body is not JSON',
    help: 'Send one JSON object in UTF-8, without a byte order mark. The detail says where reading stopped.',
  },
  body_required: {
    status: 400,
    title: 'The request has no body',
    help: 'Send a JSON object, `{}` at least, with the header `content-type: application/json`.',
  },
  bad_request: {
    status: 400,
    title: 'The request is not well-formed HTTP',
    help: 'Mend the request line or the headers; a client library does this for you.',
  },
  host_not_allowed: {
    status: 421,
    title: 'This coordinator does not answer to that host name',
    help: 'Call it by localhost or 127.0.0.1. Behind a proxy that keeps the header `host`, name that host in ASSENT_ALLOWED_HOSTS.',
  },
  invalid_gid: {
    status: 400,
    title: 'The path does not hold a legal gid',
    help: 'A gid is 1 to 64 of letters, digits, ".", "_" and "-", and neither "." nor ".."; best a UUIDv7.',
  },
  invalid_query: {
    status: 400,
    title: 'The query does not say what it should',
    help: 'See the list of query parameters of this route in docs/api.md; unknown ones are refused.',
  },
  not_found: {
    status: 404,
    title: 'There is no such transaction',
    help: 'Check the gid. A transaction that was never accepted is unknown: begin it again with the same gid.',
  },
  route_not_found: {
    status: 404,
    title: 'There is no such route',
    help: 'See docs/api.md, or /docs on the running coordinator.',
  },
  method_not_allowed: {
    status: 405,
    title: 'This route does not answer this method',
    help: 'The header `allow` lists the methods it answers.',
  },
  request_timeout: {
    status: 408,
    title: 'The request took too long to arrive',
    help: 'Send it again; it must arrive whole within 10 seconds.',
  },
  body_too_large: {
    status: 413,
    title: 'The body is too large',
    help: 'Pass references instead of data, or raise ASSENT_MAX_BODY_BYTES.',
  },
  unsupported_media_type: {
    status: 415,
    title: 'The body is not declared as JSON',
    help: 'Send the header `content-type: application/json`. (curl -d alone declares a form; a page of another site could send one of those.)',
  },
  headers_too_large: {
    status: 431,
    title: 'The headers are too large',
    help: 'All headers together may take 16 KiB.',
  },
  invalid_request: {
    status: 422,
    title: 'The request does not fit its schema',
    help: 'The detail says what is expected at `pointer`. Unknown fields are refused, so that a typing error is not taken for a default.',
  },
  participant_not_found: {
    status: 404,
    title: 'There is no such participant',
    help: 'GET /v1/participants lists those that are configured, or that something waits for. Free URLs appear by host and port.',
  },
  forbidden_key: {
    status: 422,
    title: 'A key of this name is not accepted',
    help: 'Rename the key: `__proto__`, `constructor` and `prototype` are refused everywhere, because careless receivers would be changed by them.',
  },
  duplicate_key: {
    status: 422,
    title: 'An object has one key twice',
    help: 'Name every key once: which of two values counts is up to each parser, so nobody could say what was asked for.',
  },
  too_deep: {
    status: 422,
    title: 'The JSON is nested too deeply',
    help: 'The whole body may be nested 32 levels deep.',
  },
  unsafe_number: {
    status: 422,
    title: 'A number would not keep its value',
    help: 'Numbers travel as IEEE doubles (RFC 8785): write larger or more exact ones as strings, and money in integer minor units.',
  },
  invalid_text: {
    status: 422,
    title: 'A text is not valid Unicode',
    help: 'A half of a surrogate pair (such as \\ud800 alone) cannot be kept or signed; send whole characters.',
  },
} as const satisfies Record<string, ErrorEntry>;
