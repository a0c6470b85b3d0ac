/** What the demo is told by its environment and arguments. */

export interface DemoConfiguration {
  /** Coordinator here, then order, inventory, payment. `scripts/start.mjs` has looked at it before. */
  readonly firstPort: number;
  /** `null`: SQLite files in `folder`. */
  readonly databaseUrl: string | null;
  readonly folder: string;
  /** Exit after the check instead of serving on. */
  readonly once: boolean;
  /** `null`: branches are called over HTTP. */
  readonly nats: DemoNats | null;
}

/** A NATS server that is there, or the program of one that the demo runs. */
export type DemoNats = { readonly url: string } | { readonly program: string };

export class UnknownArgumentError extends Error {
  override readonly name = 'UnknownArgumentError';
}

/** Throws `UnknownArgumentError`, whose message is one line for people. */
export function readDemoConfiguration(env: Readonly<Record<string, string | undefined>>, args: readonly string[]): DemoConfiguration {
  const unknown = args.find((arg) => arg !== '--once' && arg !== '--nats');
  if (unknown !== undefined) throw new UnknownArgumentError(`unknown argument "${unknown}": npm start takes -- --once and -- --nats`);
  return {
    firstPort: Number(env.ASSENT_DEMO_PORT ?? '4100'),
    databaseUrl: env.ASSENT_DATABASE_URL?.trim() || null,
    folder: env.ASSENT_DEMO_FOLDER?.trim() || '.assent',
    once: args.includes('--once'),
    nats: args.includes('--nats') ? natsIn(env) : null,
  };
}

function natsIn(env: Readonly<Record<string, string | undefined>>): DemoNats {
  const url = env.ASSENT_NATS_URL?.trim();
  return url ? { url } : { program: env.ASSENT_NATS_SERVER?.trim() || 'nats-server' };
}
