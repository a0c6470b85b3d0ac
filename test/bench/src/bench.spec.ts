/** `npm run bench` end to end, with everything so short that it shows nothing but that it works. */
import { spawn } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { request } from 'undici';
import { describeOnMariadb } from '../../support/databases.js';
import type { Report } from './report/index.js';

const WITHIN_MS = 180_000;

interface Ended {
  readonly code: number | null;
  readonly told: string;
}

function bench(...args: readonly string[]): Promise<Ended> {
  const child = spawn(process.execPath, ['scripts/bench.mjs', ...args], { stdio: ['ignore', 'pipe', 'pipe'] });
  let told = '';
  for (const stream of [child.stdout, child.stderr]) {
    stream.setEncoding('utf8').on('data', (text: string) => {
      told += text;
    });
  }
  return new Promise((resolve) => child.once('close', (code) => resolve({ code, told })));
}

/** A server of the other wire that makes the calls it was asked for, or only says that it did. */
async function otherServer(isHonest: boolean): Promise<{ readonly url: string; readonly server: Server }> {
  const server = createServer((incoming, response) => {
    let text = '';
    incoming.setEncoding('utf8').on('data', (part: string) => {
      text += part;
    });
    incoming.on('end', () => {
      const { steps, payloads } = JSON.parse(text) as { steps: { action: string }[]; payloads: string[] };
      const run = async () => {
        for (const [index, { action }] of steps.entries()) {
          const answer = await request(action, { method: 'POST', body: payloads[index] ?? '' });
          await answer.body.dump();
        }
      };
      void (isHonest ? run() : Promise.resolve()).then(() => response.end('{"dtm_result":"SUCCESS"}'));
    });
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  return { server, url: `http://127.0.0.1:${(server.address() as AddressInfo).port}` };
}

describeOnMariadb('npm run bench', () => {
  let folder: string;
  beforeAll(() => {
    folder = mkdtempSync(join(tmpdir(), 'assent-bench-spec-'));
  });
  afterAll(() => rmSync(folder, { recursive: true, force: true }));

  const tiny = ['--quick', '--round-ms', '100'];
  const reportIn = (file: string) => JSON.parse(readFileSync(file, 'utf8')) as Report;

  it(
    'measures the saga and another server by the same driver in one run, and keeps every figure by name',
    async () => {
      const { server, url } = await otherServer(true);
      const file = join(folder, 'figures.json');
      const args = ['--scenario', 'saga', '--scenario', 'target', '--target', url, '--wire', 'dtm', '--json', file];
      const { code, told } = await bench(...tiny, ...args);
      server.closeAllConnections();
      server.close();
      expect([code, told]).toEqual([0, expect.stringContaining('2-step saga, wait for the outcome, 64 in flight')]);
      const { figures, bars } = reportIn(file);
      for (const name of ['saga', 'target']) {
        for (const level of [1, 16, 64, 128]) {
          expect(figures[`${name}.${level}.tx_per_s`]?.value).toBeGreaterThan(0);
          expect(figures[`${name}.${level}.ratio`]?.value).toBeGreaterThan(0);
          expect(figures[`${name}.${level}.failures`]?.value).toBe(0);
        }
      }
      // One commit to accept and one to end, shared with nobody or with others.
      expect(figures['saga.1.commits_per_tx']?.value).toBeGreaterThan(1);
      expect(figures['saga.64.commits_per_tx']?.value).toBeLessThan(1);
      expect(bars.find(({ what }) => what.startsWith('2-branch TCC'))?.outcome).toBe('not measured');
    },
    WITHIN_MS,
  );

  it(
    'does not believe a server that did not make the calls, and says so with its exit code',
    async () => {
      const { server, url } = await otherServer(false);
      const { code, told } = await bench(...tiny, '--scenario', 'target', '--target', url, '--wire', 'dtm');
      server.closeAllConnections();
      server.close();
      expect(code).toBe(1);
      expect(told).toMatch(/target did not come to an end: .* said that \d+ calls had succeeded, but made 0/);
    },
    WITHIN_MS,
  );
});
