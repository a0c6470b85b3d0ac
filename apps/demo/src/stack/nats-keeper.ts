/**
 * Runs a NATS server for the demo, as a process that the demo manages like its others: nats-server itself could not tell that the demo is gone. Reads its
 * program, ports and folder from the environment.
 */
import { spawn } from 'node:child_process';

const { NATS_PROGRAM = 'nats-server', NATS_PORT = '4222', NATS_MONITOR_PORT = '8222', NATS_FOLDER = '.assent/nats' } = process.env;

const server = spawn(
  NATS_PROGRAM,
  ['--addr', '127.0.0.1', '--port', NATS_PORT, '--http_port', NATS_MONITOR_PORT, '--jetstream', '--store_dir', NATS_FOLDER],
  { stdio: ['ignore', 'inherit', 'inherit'] },
);
server.once('error', (error) => {
  process.stderr.write(`${NATS_PROGRAM} cannot be run: ${error.message}\n`);
  process.exit(1);
});
server.once('exit', (code) => process.exit(code ?? 1));
process.once('exit', () => server.kill('SIGKILL'));
for (const signal of ['SIGTERM', 'SIGINT'] as const) process.on(signal, () => server.kill('SIGTERM'));
