/** JSON logs through pino, written asynchronously: a line costs the event loop 4 us, and a full pipe does not stop the process. */
import { openSync } from 'node:fs';
import { type DestinationStream, type LevelWithSilent, type Logger, pino } from 'pino';

export interface LoggerOptions {
  readonly level: LevelWithSilent;
  /** Joined to every line: which process this is. */
  readonly name: string;
  /** A stream, or the path of a file that is appended to; standard output if absent. */
  readonly destination?: DestinationStream | string;
}

/** Bytes gathered before a write. pino refuses to start when it is not below its `maxWrite` of 16 KiB. */
const GATHERED_BYTES = 4_096;
/** A line is seen at the latest after one second. */
const FLUSH_EVERY_MS = 1_000;
/** Lines are dropped rather than kept in memory without bound when nobody reads the pipe. */
const MAX_BUFFERED_BYTES = 16_777_216;
const STANDARD_OUTPUT = 1;

/** Makes a logger. Lines that are still gathered are written when the process exits. Throws when a file cannot be opened. */
export function createLogger(options: LoggerOptions): Logger {
  const { destination } = options;
  const stream = destination === undefined || typeof destination === 'string' ? gatheringStream(destination) : destination;
  // Levels as words and times in ISO form: people read them at night.
  return pino(
    {
      level: options.level,
      base: { name: options.name, pid: process.pid },
      timestamp: pino.stdTimeFunctions.isoTime,
      formatters: { level: (label) => ({ level: label }) },
      serializers: { err: errorOf },
    },
    stream,
  );
}

/**
 * What of an error is told. Drivers hang the statement on theirs, with the values that were bound to it: payloads, and keys. pino's own serializer shows
 * whatever an error has.
 */
function errorOf(error: unknown): unknown {
  if (typeof error !== 'object' || error === null || !('message' in error)) return { message: String(error) };
  const { type, message, stack, code } = pino.stdSerializers.err(error as Error);
  return { type, message, stack, ...((typeof code === 'string' || typeof code === 'number') && { code }) };
}

/**
 * pino writes out what is gathered when the process exits, but throws at `process.exit` when a path has not been opened by then: so the file is
 * opened here.
 */
function gatheringStream(path: string | undefined): DestinationStream {
  return pino.destination({
    fd: path === undefined ? STANDARD_OUTPUT : openSync(path, 'a'),
    sync: false,
    minLength: GATHERED_BYTES,
    maxLength: MAX_BUFFERED_BYTES,
    periodicFlush: FLUSH_EVERY_MS,
  });
}
