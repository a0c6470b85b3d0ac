/** `npm start -- --nats`: the same demo, its branches called over NATS. */
import { spawn } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describeOnNats } from '../support/nats.js';
import { freePortsInARow } from '../support/ports.js';

const WITHIN_MS = 180_000;
/** The coordinator, three services, NATS, and what watches that. */
const DEMO_PORTS = 6;

describeOnNats('npm start -- --nats', () => {
  let folder: string;
  beforeAll(() => {
    folder = mkdtempSync(join(tmpdir(), 'assent-start-nats-'));
  });
  afterAll(() => rmSync(folder, { recursive: true, force: true }));

  it(
    'says which NATS it runs, drives the same 200 orders over it, and leaves nothing behind',
    async () => {
      const firstPort = await freePortsInARow(DEMO_PORTS);
      const { told, code } = await run(['--once', '--nats'], { ASSENT_DEMO_PORT: String(firstPort), ASSENT_DEMO_FOLDER: folder });
      expect(told).toMatch(/NATS by .*nats-server/);
      expect(told).toContain(`branches are called over NATS at 127.0.0.1:${firstPort + 4}`);
      expect(told).toMatch(/200\/200 {3}committed \d+ {3}aborted \d+\n/);
      expect(told.match(/ holds\n/g)).toHaveLength(2);
      expect(code).toBe(0);
      await expect(fetch(`http://127.0.0.1:${firstPort + 5}/healthz`)).rejects.toThrow();
    },
    WITHIN_MS,
  );
});

/** Runs the script to its end. */
function run(
  args: readonly string[],
  more: Readonly<Record<string, string>>,
): Promise<{ readonly told: string; readonly code: number | null }> {
  const env = { ...process.env, ASSENT_DATABASE_URL: '', ASSENT_NATS_URL: '', ...more };
  const child = spawn(process.execPath, ['scripts/start.mjs', ...args], { env, stdio: ['ignore', 'pipe', 'pipe'] });
  return new Promise((resolve) => {
    let told = '';
    const hear = (chunk: Buffer) => {
      told += chunk.toString();
    };
    child.stdout.on('data', hear);
    child.stderr.on('data', hear);
    child.once('close', (code) => resolve({ told, code }));
  });
}
