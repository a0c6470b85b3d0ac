/** What `docs/api.md` says in words: conventions of the API, and an example of each route. */
import { administrationExamples } from './administration-examples.js';

export const conventions = `# REST v1

The coordinator listens on \`http://127.0.0.1:4100\` (see [configuration](configuration.md)). The running one shows this page's content as OpenAPI
at \`/docs\` (\`/docs-json\` for programs). Bodies are JSON, declared as \`content-type: application/json\`; answers are JSON, errors are
\`application/problem+json\` and all listed in [errors](errors.md).

- **gid**: draw one yourself (UUIDv7; the client library does). With it every request may be repeated: a begin with the same content is answered 200
  with the same transaction, with other content 409 \`gid_conflict\`. A begin without a gid gets one, and \`"safeToRepeat": false\` tells you that
  repeating it would have begun a second transaction. The same content means: equal as JSON (RFC 8785), apart from \`wait\` and \`timeoutMs\`.
- **200 or 202**: 200 when what was waited for has come, 202 when the transaction was accepted, or when the wait ran out: the work goes on. A wait never
  fails because it took too long.
- **Order**: steps of a saga run in the order listed; \`after\` makes a graph of them (\`[]\` is a root). Branches of a TCC run side by side unless
  \`after\` says otherwise.
- **Names**: a branch without an \`id\` is called like its contract. The part of a contract before the first \`.\` is its participant.
- **Payloads** are kept as JSON values: white space, escapes and the order of numeric keys may change, values never do. A number that an IEEE double
  does not hold exactly as written (12345678901234567890, 1e400) is refused (\`unsafe_number\`) rather than changed: send it as a string. Keys that one
  object names twice are refused, and so are keys called \`__proto__\`, \`constructor\` or \`prototype\`.
- **Unknown fields** are refused, so that a typing error is never taken for a default; so are query parameters that a route does not list.
- **Version**: \`version\` counts durable images and is the \`ETag\` of an answer.
- **Busy or away**: 429 and 503 carry \`Retry-After\`. With a gid of your own, all of them are safe to repeat, \`outcome_unknown\` too.
- **Trace**: a begin with a \`traceparent\` (W3C), or with B3 headers, joins the trace of its caller; all calls to participants carry it on, at whatever node, and the
  log has it as \`traceId\`. Not part of the content: a repeat may come with another one. Links into your own tools (\`ASSENT_LINKS\`) are among the \`links\` of one transaction.
- **Who**: with \`ASSENT_AUTH=on\` every request carries a key or a token, \`-H 'authorization: Bearer assent_...'\` or \`-H 'x-api-key: assent_...'\`, and
  its principal has one of four roles; [security](security.md) has the table. A service sees and touches its own transactions only, and those whose
  \`joinToken\` it sends as the header \`assent-join-token\`; any other gid is answered 404, as one that does not exist. With \`ASSENT_AUTH=off\` only
  loopback can reach this API, by a \`host\` that means loopback or is listed in \`ASSENT_ALLOWED_HOSTS\` (otherwise 421 \`host_not_allowed\`), and
  everybody is \`local\`. The examples below are for that; the demo has access control on and keeps a header with its admin's key: \`curl -H @.assent/key\`.
`;

export const examples: Readonly<Record<string, string>> = {
  ...administrationExamples,
  begin: `curl -s localhost:4100/v1/transactions -H 'content-type: application/json' -d '{
  "gid": "order-77", "name": "checkout", "pattern": "saga", "policy": "standard", "key": "order-77",
  "branches": [
    { "id": "stock",  "contract": "inventory.deduct", "payload": { "lines": [ { "sku": "tea", "quantity": 2 } ] } },
    { "id": "charge", "contract": "payment.charge",   "payload": { "account": "ada", "amount": 1200 } } ],
  "wait": "final", "timeoutMs": 5000 }'

curl -s localhost:4100/v1/transactions -H 'content-type: application/json' -d '{
  "gid": "transfer-5", "name": "checkout", "pattern": "tcc", "driver": "initiator", "branches": [] }'`,
  register: `curl -s localhost:4100/v1/transactions/transfer-5/branches -H 'content-type: application/json' \\
  -d '{ "contract": "inventory.reserve", "payload": { "lines": [ { "sku": "tea", "quantity": 2 } ] }, "run": "coordinator" }'`,
  submit: `curl -s localhost:4100/v1/transactions/transfer-5/submit -H 'content-type: application/json' \\
  -d '{ "branches": ["inventory.reserve"], "wait": "final" }'`,
  abort: `curl -s localhost:4100/v1/transactions -H 'content-type: application/json' -d '{
  "gid": "transfer-6", "name": "checkout", "pattern": "tcc", "driver": "initiator", "branches": [] }'

curl -s localhost:4100/v1/transactions/transfer-6/abort -H 'content-type: application/json' \\
  -d '{ "reason": "the customer changed their mind" }'`,
  get: `curl -s localhost:4100/v1/transactions/order-77
curl -s 'localhost:4100/v1/transactions/order-77?include=attempts,audit'`,
  list: `curl -s 'localhost:4100/v1/transactions?attention=any&participant=payment&limit=20'
curl -s 'localhost:4100/v1/transactions?status=aborted&code=INSUFFICIENT_FUNDS&from=2026-11-22T00:00:00Z'
curl -s 'localhost:4100/v1/transactions?key=order-77'`,
  actions: 'curl -s localhost:4100/v1/transactions/order-77/actions',
  act: `curl -s localhost:4100/v1/transactions -H 'content-type: application/json' -d '{
  "gid": "transfer-7", "name": "checkout", "pattern": "tcc", "driver": "initiator", "branches": [] }'

curl -s localhost:4100/v1/transactions/transfer-7/actions/pause -H 'content-type: application/json' \\
  -H 'if-match: "1"' -H 'idempotency-key: mine-1' -d '{ "reason": "the bank wants to look at it", "dryRun": true }'`,
  createJob: `curl -s localhost:4100/v1/jobs -H 'idempotency-key: mine-2' -H 'content-type: application/json' \\
  -d '{ "action": "retry", "query": { "attention": "any", "participant": "payment" }, "reason": "the bank is back", "perSecond": 100 }'`,
  jobs: 'curl -s localhost:4100/v1/jobs',
  job: 'curl -s localhost:4100/v1/jobs/0199c2a0-7c1e-7a0b-9c55-0242ac120009',
  jobItems: "curl -s 'localhost:4100/v1/jobs/0199c2a0-7c1e-7a0b-9c55-0242ac120009/items?state=failed'",
  runRetention: `curl -s localhost:4100/v1/retention/run -H 'content-type: application/json' -d '{ "dryRun": true }'`,
  retention: 'curl -s localhost:4100/v1/retention',
  stopJob: `curl -s localhost:4100/v1/jobs/0199c2a0-7c1e-7a0b-9c55-0242ac120009/stop -H 'content-type: application/json' -d '{ "reason": "too soon" }'`,
  policies: 'curl -s localhost:4100/v1/policies',
  policy: 'curl -s localhost:4100/v1/policies/standard',
  createPolicy: `curl -s localhost:4100/v1/policies -H 'content-type: application/json' \\
  -d '{ "name": "night", "reason": "batches may take their time", "deadlineMs": 3600000, "capMs": 60000 }'`,
  changePolicy: `curl -s localhost:4100/v1/policies/standard/versions -H 'content-type: application/json' -d '{ "reason": "longer", "deadlineMs": 7200000 }'`,
  timeline: 'curl -s localhost:4100/v1/transactions/order-77/timeline',
  participants: 'curl -s localhost:4100/v1/participants',
  participant: 'curl -s localhost:4100/v1/participants/payment',
  pauseParticipant: `curl -s localhost:4100/v1/participants/payment/pause -H 'content-type: application/json' \\
  -d '{ "reason": "its database is being moved" }'`,
  resumeParticipant: `curl -s localhost:4100/v1/participants/payment/resume -H 'content-type: application/json' \\
  -d '{ "reason": "the database has been moved" }'`,
  resetBreaker: `curl -s localhost:4100/v1/participants/payment/breaker/reset -H 'content-type: application/json' \\
  -d '{ "reason": "the wrong certificate has been replaced" }'`,
  wakeParticipant: `curl -s localhost:4100/v1/participants/payment/wake -H 'content-type: application/json' \\
  -d '{ "reason": "payment is back after an hour" }'`,
  registry: 'curl -s localhost:4100/v1/registry',
  live: 'curl -s localhost:4100/health/live',
  ready: 'curl -s localhost:4100/health/ready',
  metrics: 'curl -s localhost:4100/metrics',
  wait: "curl -s 'localhost:4100/v1/transactions/order-77/wait?until=final&timeoutMs=5000'",
};
