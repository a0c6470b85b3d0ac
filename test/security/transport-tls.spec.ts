/** A participant over TLS is believed only when somebody vouches for it. */
import { createServer } from 'node:https';
import type { AddressInfo } from 'node:net';
import type { Clock } from '@assent/engine';
import { EgressPolicy, HttpBranchInvoker, makeParticipantKey } from '@assent/transport';

/** For localhost, signed by itself, valid until 2126. Made for this test, used nowhere else. */
const certificate = `-----BEGIN CERTIFICATE-----
MIIBmjCCAUGgAwIBAgIUEp5oaVoUX/Zk1zhH6aEHsfo2vnUwCgYIKoZIzj0EAwIw
FDESMBAGA1UEAwwJbG9jYWxob3N0MCAXDTI2MTEyNTE2MjE0MFoYDzIxMjYxMTAx
MTYyMTQwWjAUMRIwEAYDVQQDDAlsb2NhbGhvc3QwWTATBgcqhkjOPQIBBggqhkjO
PQMBBwNCAASxjD1oI54OEUnYE5hFfAtvG7XIhVG+WQyTvOnwy2TWLMEVPRAMPGkf
SaMnyi4OE0fjjzrv7Mp/f3v8DP6Vtyk9o28wbTAdBgNVHQ4EFgQU3UWDKD1W2DCn
mRblYesGPzLz+mYwHwYDVR0jBBgwFoAU3UWDKD1W2DCnmRblYesGPzLz+mYwDwYD
VR0TAQH/BAUwAwEB/zAaBgNVHREEEzARgglsb2NhbGhvc3SHBH8AAAEwCgYIKoZI
zj0EAwIDRwAwRAIgUU4GbQVdZ7wgCNeo4g+yoDsRFNUikLw6nxIpiAyxhvICICAC
HZceEA6LmiWtZsBqB7Hvy6tQ4jyru7o74F4uJshK
-----END CERTIFICATE-----
`;
const keyOfNobody = `-----BEGIN PRIVATE KEY-----
MIGHAgEAMBMGByqGSM49AgEGCCqGSM49AwEHBG0wawIBAQQgkfcMQ9m19gpyIDG/
79UPMv34HKjOd0DQUNLCaTEJuMmhRANCAASxjD1oI54OEUnYE5hFfAtvG7XIhVG+
WQyTvOnwy2TWLMEVPRAMPGkfSaMnyi4OE0fjjzrv7Mp/f3v8DP6Vtyk9
-----END PRIVATE KEY-----
`;

const clock: Clock = {
  monotonicMs: () => performance.now(),
  after: (delayMs, run) => {
    const timer = setTimeout(run, delayMs);
    return { cancel: () => clearTimeout(timer) };
  },
  soon: (run) => void setImmediate(run),
};

it('sends nothing to a participant whose certificate nobody vouches for', async () => {
  let requests = 0;
  const server = createServer({ key: keyOfNobody, cert: certificate }, (_request, response) => {
    requests++;
    response.end();
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const invoker = new HttpBranchInvoker({
    participants: [
      { name: 'inventory', baseUrl: `https://localhost:${(server.address() as AddressInfo).port}`, key: makeParticipantKey() },
    ],
    origins: [],
    egress: new EgressPolicy({ allowLoopback: true, allowedOrigins: [] }),
    clock,
    wallClockMs: Date.now,
  });
  const end = await invoker.invoke(
    { gid: 'g', branch: 'b', op: 'try', attempt: 1, endpoint: { contract: 'inventory.x' }, payload: '{}', timeoutMs: 5_000, begunAtMs: 1 },
    () => true,
  );
  await invoker.close(0);
  await new Promise((resolve) => server.close(resolve));
  // Node 24 adds what to do about it.
  const message = expect.stringMatching(/^self-signed certificate/) as string;
  expect([end, requests]).toEqual([expect.objectContaining({ outcome: { kind: 'unknown', code: 'connect_failed', message } }), 0]);
});
