/** What a participant is configured with. */
import type { Failpoints } from '@assent/protocol';
import type { ParticipantNatsOptions } from '../nats/index.js';
import type { AnnounceOptions } from '../registry/index.js';

export interface ParticipantOptions {
  /** The participant's name, as the coordinator knows it: its contracts start with it and a dot. */
  readonly name: string;
  /** The Standard Webhooks secret(s) with which the coordinator signs: `whsec_<base64>`. Several while one is being replaced. */
  readonly keys: string | readonly string[];
  /** Serve the branches over NATS: where it is, and the queue that the instances share. Absent: not over NATS. */
  readonly nats?: ParticipantNatsOptions | undefined;
  /** `off`: not over HTTP. Default `served`, where the application has an HTTP server. */
  readonly http?: 'served' | 'off';
  /** Announce this instance to the coordinator's registry, for participants with the address `registry:`. Absent: it is not announced. */
  readonly announce?: AnnounceOptions | undefined;
  /** How long barrier rows are kept after their transaction began, in milliseconds. Default 30 days; not shorter than the coordinator's. */
  readonly retentionMs?: number;
  /** The largest body of a call, in bytes. Default 1 MiB. */
  readonly maxBodyBytes?: number;
  /** Calls worked on at once; more are answered 503. Default 1,000. */
  readonly maxConcurrentCalls?: number;
  /** How long a local transaction waits for a lock, or for its turn on SQLite, in milliseconds. Default 2,000. */
  readonly lockWaitMs?: number;
  /** How long a handler may take before its transaction is rolled back, in milliseconds. Default 60,000. */
  readonly workMs?: number;
  /** Milliseconds since the epoch, for the retention. Default `Date.now`. */
  readonly now?: () => number;
  /** Where this process is to be hurt, for tests. Default: nowhere. */
  readonly failpoints?: Failpoints;
}

/** Where a participant keeps its barrier. */
export interface ParticipantDataSource {
  /** The name of the TypeORM data source. Default `default`. */
  readonly dataSource?: string;
}

export const PARTICIPANT_OPTIONS = Symbol('ParticipantOptions');

export const DEFAULT_MAX_BODY_BYTES = 1_048_576;
export const DEFAULT_MAX_CONCURRENT_CALLS = 1_000;
