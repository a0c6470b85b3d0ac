/** `npm run cluster`: coordinators on one database, to try out what happens when one of them is killed, stopped or told to go. */
import { Cluster } from './cluster.js';
import type { CoordinatorNode } from './coordinator-node.js';
import { help, type Options, readOptions } from './options.js';

/** Runs until Ctrl-C, or until no node is left. Ends the process. */
export async function main(args: readonly string[]): Promise<void> {
  let options: Options;
  try {
    options = readOptions(args);
  } catch (error) {
    return fail(error);
  }
  if (options.help) {
    say(help);
    return;
  }
  let cluster: Cluster;
  try {
    cluster = await Cluster.start(options, process.env);
  } catch (error) {
    return fail(error);
  }
  let isStopping = false;
  const stop = async () => {
    if (isStopping) process.exit(1);
    isStopping = true;
    say('stopping; once more Ctrl-C kills');
    await cluster.stop();
    process.exit(0);
  };
  for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) process.on(signal, () => void stop());
  show(cluster);
  await Promise.all(
    cluster.nodes.map(async (node) => {
      const end = await node.ended;
      if (!isStopping) say(`${node.name} ended (${end}); the others go on with what it drove`);
    }),
  );
  if (!isStopping) await stop();
}

function show({ nodes, isDemo }: Cluster): void {
  for (const node of nodes) say(`${node.name}  ${node.url}  pid ${node.pid}  log ${node.logFile}`);
  const [first, other] = [nodes[0] as CoordinatorNode, nodes.at(-1) as CoordinatorNode];
  if (isDemo) {
    const body = `{"gid":"try-1","pattern":"tcc","driver":"initiator","branches":[]}`;
    say(`
try      curl -s ${first.url}/v1/transactions -H content-type:application/json -d '${body}'
         curl -s ${other.url}/v1/transactions/try-1/branches -H content-type:application/json -d '{"contract":"demo.work"}'
         curl -s ${first.url}/v1/transactions/try-1/submit -H content-type:application/json -d '{"branches":["demo.work"],"wait":"final"}'`);
  }
  say(`
hurt     kill -9 ${first.pid}       its transactions go to the others after a lease
         kill -STOP ${first.pid}    the same; after kill -CONT it changes nothing and begins again
         kill ${first.pid}          it hands over at once
Ctrl-C stops everything.`);
}

function say(words: string): void {
  process.stdout.write(`${words}\n`);
}

function fail(error: unknown): never {
  process.stderr.write(`cluster  ${error instanceof Error ? error.message : String(error)}\n`);
  process.exit(1);
}
