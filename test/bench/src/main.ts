/**
 * `npm run bench`: real MariaDB that flushes at every commit, real HTTP, the coordinator in its shipped configuration, all on this machine.
 * Figures of two runs do not compare (machines drift); the ratios within one run do.
 */
import { writeFileSync } from 'node:fs';
import { cpus } from 'node:os';
import { parseArgs } from 'node:util';
import mysql from 'mysql2/promise';
import { startMariadb } from '../../support/mariadb.js';
import { startCoordinator, startNoOpParticipant } from './processes.js';
import { type LatencyFigures, measureLatency, measureSaga, type SagaFigures } from './saga-scenario.js';

const help = `npm run bench -- [--quick] [--json FILE]
  --quick      shorter rounds, only 1 and 64 in flight (under a minute)
  --json FILE  writes every figure by name`;

const { values: options } = parseArgs({
  options: { quick: { type: 'boolean', default: false }, json: { type: 'string' }, help: { type: 'boolean', default: false } },
});
if (options.help) {
  process.stdout.write(`${help}\n`);
  process.exit(0);
}

const levels = options.quick ? [64] : [1, 16, 64, 128];
const rounds = 3;
const durationMs = options.quick ? 3_000 : 6_000;

const mariadb = await startMariadb();
const participant = await startNoOpParticipant();
try {
  const connection = await mysql.createConnection({ uri: mariadb.url });
  await connection.query('CREATE DATABASE assent_bench CHARACTER SET utf8mb4');
  await connection.end();
  const databaseUrl = `${mariadb.url}/assent_bench`;
  const coordinator = await startCoordinator(databaseUrl, { noop: participant.baseUrl });
  try {
    const targets = { coordinator: coordinator.baseUrl, participant: participant.baseUrl, databaseUrl };
    const sagas: SagaFigures[] = [];
    for (const inFlight of levels) {
      process.stdout.write(`measuring the 2-step saga at ${inFlight} in flight ...\n`);
      sagas.push(await measureSaga(targets, inFlight, rounds, durationMs));
    }
    process.stdout.write('measuring latency at one in flight ...\n');
    const latency = await measureLatency(targets, rounds, durationMs);
    report(sagas, latency);
    if (options.json !== undefined) writeFileSync(options.json, `${JSON.stringify({ sagas, latency }, null, 2)}\n`);
  } finally {
    await coordinator.stop();
  }
} finally {
  await participant.stop();
  await mariadb.stop();
}

function report(sagas: readonly SagaFigures[], latency: LatencyFigures): void {
  const machine = cpus();
  const lines = [
    `node ${process.version}, ${machine.length} x ${machine[0]?.model ?? 'unknown'}, medians of ${rounds} rounds of ${durationMs / 1_000} s`,
    'in flight   saga / direct   saga tx/s   direct tx/s   saga p50 ms   saga p99 ms   failures',
    ...sagas.map(({ inFlight, ratio, saga, direct }) =>
      [
        String(inFlight).padStart(9),
        ratio.toFixed(3).padStart(15),
        saga.perSecond.toFixed(0).padStart(11),
        direct.perSecond.toFixed(0).padStart(13),
        saga.p50Ms.toFixed(2).padStart(13),
        saga.p99Ms.toFixed(2).padStart(13),
        String(saga.failures).padStart(10),
      ].join(' '),
    ),
    `one in flight, warm: saga p50 ${latency.sagaP50Ms.toFixed(2)} ms, direct ${latency.directP50Ms.toFixed(2)} ms, one commit ${latency.commitP50Ms.toFixed(2)} ms, ratio ${latency.ratio.toFixed(2)}`,
  ];
  process.stdout.write(`${lines.join('\n')}\n`);
}
