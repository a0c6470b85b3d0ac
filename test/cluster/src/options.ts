/** The command line of `npm run cluster`. */
import { parseArgs } from 'node:util';

export const help = `npm run cluster -- [--nodes N] [--port P]
  --nodes N   how many coordinators, 1 to 16 (default 3)
  --port P    the first of their ports; the others follow (default 4200)
ASSENT_DATABASE_URL names a MySQL or MariaDB database; without it a private MariaDB is started, and removed at the end.
Every other ASSENT_ variable goes to all coordinators as it is.`;

export interface Options {
  readonly nodes: number;
  readonly firstPort: number;
  readonly help: boolean;
}

/** Throws an Error with one line that says what is wrong. */
export function readOptions(args: readonly string[]): Options {
  const { values } = parseArgs({
    args: [...args],
    options: {
      nodes: { type: 'string', default: '3' },
      port: { type: 'string', default: '4200' },
      help: { type: 'boolean', default: false },
    },
  });
  return { nodes: whole('--nodes', values.nodes, 16), firstPort: whole('--port', values.port, 65_500), help: values.help };
}

function whole(name: string, text: string, largest: number): number {
  const value = Number(text);
  if (Number.isInteger(value) && value >= 1 && value <= largest) return value;
  throw new Error(`${name} is "${text}": it must be a whole number from 1 to ${largest}`);
}
