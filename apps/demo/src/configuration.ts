/** What the demo is told by its environment and arguments. */

export interface DemoConfiguration {
  /** Coordinator here, then order, inventory, payment. `scripts/start.mjs` has looked at it before. */
  readonly firstPort: number;
  /** `null`: SQLite files in `folder`. */
  readonly databaseUrl: string | null;
  readonly folder: string;
  /** Exit after the check instead of serving on. */
  readonly once: boolean;
}

export class UnknownArgumentError extends Error {
  override readonly name = 'UnknownArgumentError';
}

/** Throws `UnknownArgumentError`, whose message is one line for people. */
export function readDemoConfiguration(env: Readonly<Record<string, string | undefined>>, args: readonly string[]): DemoConfiguration {
  const unknown = args.find((arg) => arg !== '--once');
  if (unknown !== undefined) throw new UnknownArgumentError(`unknown argument "${unknown}": npm start -- --once is the only one there is`);
  return {
    firstPort: Number(env.ASSENT_DEMO_PORT ?? '4100'),
    databaseUrl: env.ASSENT_DATABASE_URL?.trim() || null,
    folder: env.ASSENT_DEMO_FOLDER?.trim() || '.assent',
    once: args.includes('--once'),
  };
}
