/** Runs a coordinator as a process: reads the environment, listens, and goes down in order on SIGTERM or SIGINT. */
import 'reflect-metadata';
import { setFlagsFromString } from 'node:v8';
import { ConfigurationError, readConfiguration } from './configuration/index.js';
import { Coordinator } from './coordinator.js';

/**
 * What a transaction makes lives for milliseconds. V8 sees some of it survive under load and makes it in the old generation from then on, where a
 * megabyte of garbage for every hundred transactions waits for a full collection (measured by `--trace-gc`: 0.1 to 0.3 MB with this).
 */
const NOTHING_IS_BORN_OLD = '--no-allocation-site-pretenuring';
/**
 * How far, in percent, the old generation may grow beyond what lived at the last full collection. V8 chooses up to 300 where memory is plenty, and a
 * node that needs 200 MB takes 370 under load; with this it stays within 10 MB of its floor (`npm run bench -- --scenario memory`), at no cost in CPU.
 */
const OLD_GROWS_BY = '--heap-growing-percent=50';

async function main(): Promise<void> {
  setFlagsFromString(NOTHING_IS_BORN_OLD);
  setFlagsFromString(OLD_GROWS_BY);
  const coordinator = await Coordinator.start(readConfiguration(process.env));
  coordinator.logger.info({ url: coordinator.url }, 'listening');
  void coordinator.failed.then((line) => exitWith(line));
  let stopping = false;
  const stop = (signal: NodeJS.Signals) => {
    // Whoever asks twice does not want to wait.
    if (stopping) process.exit(1);
    stopping = true;
    coordinator.logger.info({ signal }, 'stopping');
    coordinator.stop().then(
      () => process.exit(0),
      (error: unknown) => exitWith(`The coordinator could not stop in order: ${String(error)}`),
    );
  };
  process.on('SIGTERM', stop);
  process.on('SIGINT', stop);
}

/** Says in one line why this process cannot go on. */
function exitWith(line: string): void {
  process.stderr.write(`assent coordinator: ${line}\n`);
  process.exit(1);
}

/** What a person can act on, without a stack. */
function lineOf(error: unknown): string {
  if (error instanceof ConfigurationError) return error.message;
  const { code, message, port } = error as NodeJS.ErrnoException & { readonly port?: number };
  if (code === 'EADDRINUSE') return `Port ${port} is in use; stop what listens there, or set ASSENT_HTTP_PORT.`;
  return code === 'EACCES' ? `Port ${port} may not be used by this account; set ASSENT_HTTP_PORT above 1023.` : message;
}

main().catch((error: unknown) => exitWith(lineOf(error)));
