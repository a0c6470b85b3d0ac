/**
 * Everything that leads to participants: who they are, the keys they share with us, the registry they announce themselves to, and how they are
 * called.
 */
import type { BranchCall } from '@assent/engine';
import { type OpenedStore, SqlRegistryStore } from '@assent/store';
import type { BranchTransport, EgressPolicy } from '@assent/transport';
import type { Logger } from 'pino';
import type { Configuration } from '../configuration/index.js';
import { Registry } from '../registry/index.js';
import { readKeysFile, writeKeysFile } from './keys-file.js';
import { agreeOnKeys } from './participant-keys.js';
import { systemClock } from './system-clock.js';
import { BY_REGISTRY, openTransports } from './transports.js';

export interface Calling {
  readonly invoker: BranchTransport;
  readonly registry: Registry;
}

export interface CallingParts {
  readonly egress: EgressPolicy;
  readonly logger: Logger;
  readonly traceparentOf?: (call: BranchCall) => string;
}

/** Throws `StoreUnavailableError` when the database fails on the way, `KeysFileError` when the keys file cannot be used. */
export async function openCalling(configuration: Configuration, { dataSource }: OpenedStore, parts: CallingParts): Promise<Calling> {
  const { participants, allowedOrigins, keysFile, concurrency, limits, nats, nodeName } = configuration;
  const fromFile = await readKeysFile(keysFile);
  const known = await agreeOnKeys(dataSource, participants, fromFile);
  const origins = await agreeOnKeys(dataSource, allowedOrigins, fromFile);
  await writeKeysFile(keysFile, new Map([...known, ...origins].map(({ name, key }) => [name, key])));
  const registry = new Registry({
    store: new SqlRegistryStore(dataSource),
    keys: new Map(known.map(({ name, key }) => [name, key])),
    called: new Set(known.filter(({ baseUrl }) => baseUrl === BY_REGISTRY).map(({ name }) => name)),
    egress: parts.egress,
    allowLoopback: configuration.mode === 'development',
    ...configuration.registry,
    monotonicMs: () => systemClock.monotonicMs(),
    wallClockMs: () => Date.now(),
  });
  await registry.start();
  const transportLimits = { concurrency, maxBodyBytes: limits.payloadBytes };
  return {
    registry,
    invoker: openTransports({ ...parts, nodeName, participants: known, origins, nats, registry, limits: transportLimits }),
  };
}
