/** `npm start` arrives here once everything is installed and built. Whatever ends it, nothing it started is left behind. */
import { resolve } from 'node:path';
import { type DemoConfiguration, readDemoConfiguration, UnknownArgumentError } from './configuration.js';
import { Demo } from './demo.js';
import { Narrator } from './narrator.js';
import { accessKeysIn, DatabasesError, databasesOf, ProcessFailedError, Stack } from './stack/index.js';

const narrator = new Narrator(process.stdout);

/** By convention 128 + the number of the signal. */
const ENDED_BY_SIGINT = 130;

async function main(): Promise<void> {
  const configuration = readDemoConfiguration(process.env, process.argv.slice(2));
  const stack = await prepare(configuration);
  let isStopping = false;
  let isServing = false;
  const end = async (code: number): Promise<void> => {
    if (isStopping) return;
    isStopping = true;
    await stack.stop();
    process.exit(code);
  };
  for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) {
    process.on(signal, () => {
      // Whoever asks twice does not want to wait; the lifelines end what is still there.
      if (isStopping) process.exit(ENDED_BY_SIGINT);
      narrator.print('', 'stopping');
      void end(isServing ? 0 : ENDED_BY_SIGINT);
    });
  }
  stack.onFailure((error) => {
    narrator.say('assent', error.message);
    void end(1);
  });
  try {
    const demo = new Demo(configuration, stack, narrator);
    const holds = await demo.run();
    if (configuration.once) return await end(holds ? 0 : 1);
    isServing = true;
    demo.invite();
  } catch (error) {
    if (isStopping) return;
    narrator.say('assent', lineOf(error));
    await end(1);
  }
}

async function prepare({ databaseUrl, firstPort, folder, nats }: DemoConfiguration): Promise<Stack> {
  const databases = await databasesOf(databaseUrl, resolve(folder));
  const keys = await accessKeysIn(resolve(folder));
  return new Stack({ firstPort, databases, keys, folder: resolve(folder), nats });
}

/** What a person can act on; of what nobody foresaw, everything. */
function lineOf(error: unknown): string {
  const { code, path } = error as NodeJS.ErrnoException;
  if (code === 'ENOSPC') return 'the disk is full: make room, then try again';
  if (code === 'EACCES' || code === 'EROFS' || code === 'EPERM') return `may not write to ${path}: make the folder yours, then try again`;
  if (error instanceof ProcessFailedError || error instanceof DatabasesError || error instanceof UnknownArgumentError) return error.message;
  return error instanceof Error ? (error.stack ?? error.message) : String(error);
}

main().catch((error: unknown) => {
  narrator.say('assent', lineOf(error));
  process.exit(1);
});
