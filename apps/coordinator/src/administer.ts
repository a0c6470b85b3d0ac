/** `npm run keys` and `npm run audit:verify` arrive here: reads the environment, runs one command, and ends with 0, 1 (it does not hold) or 2. */
import 'reflect-metadata';
import { runCommand, UsageError } from './command-line/index.js';
import { ConfigurationError, readConfiguration } from './configuration/index.js';

const DOES_NOT_HOLD = 1;
const FAILED = 2;

async function main(): Promise<number> {
  const { databaseUrl } = readConfiguration({ ASSENT_DATABASE_URL: process.env.ASSENT_DATABASE_URL });
  const holds = await runCommand(process.argv.slice(2), { databaseUrl, print: (line) => void process.stdout.write(`${line}\n`) });
  return holds ? 0 : DOES_NOT_HOLD;
}

/** What a person can act on, without a stack. */
function lineOf(error: unknown): string {
  if (error instanceof UsageError || error instanceof ConfigurationError) return error.message;
  return error instanceof Error ? error.message : String(error);
}

main().then(
  (code) => process.exit(code),
  (error: unknown) => {
    process.stderr.write(`${lineOf(error)}\n`);
    process.exit(FAILED);
  },
);
