/**
 * A participant over NATS that does nothing, in a process of its own: what is left is the cost of the way. It answers for `natsnoop`, as a packet
 * of Nest's microservices; what is asked of `hanging` it never answers.
 */
import { connect } from '@nats-io/transport-node';

const connection = await connect({ servers: process.argv[2] as string, noAsyncTraces: true });
connection.subscribe('assent.natsnoop.*.*', {
  callback: (_error, message) => {
    // The packet begins with its id, which the answer has to name.
    const text = message.string();
    message.respond(`{"isDisposed":true,${text.slice(1, text.indexOf(',"pattern"'))}}`);
  },
});
connection.subscribe('assent.hanging.>', { callback: () => undefined });
await connection.flush();
process.send?.('listening');
process.on('disconnect', () => process.exit(0));
