/**
 * Which names this API answers to while it knows no roles: loopback is its only fence then, and a page of another site could climb it by a name of its own
 * that resolves to 127.0.0.1 (DNS rebinding): the browser then takes the API for a part of that site. The `Host` header gives that away.
 */

/** Names that mean this machine and nothing else (RFC 6761 section 6.3, RFC 1122 section 3.2.1.3). */
const LOOPBACK = /^(?:localhost|127(?:\.[0-9]{1,3}){3}|\[::1\])$/;

/** True when a request with this `Host` header may be answered. `allowed`: further names, in lower case and without a port. */
export function mayAnswerTo(host: string, allowed: ReadonlySet<string>): boolean {
  const name = host.toLowerCase().replace(/:[0-9]*$/, '');
  return LOOPBACK.test(name) || allowed.has(name);
}
