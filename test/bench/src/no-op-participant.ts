/**
 * A participant that does nothing, in a process of its own: reads the body, answers. What is left is the cost of the coordinator. It refuses what is
 * asked of `refuser`, and answers other coordinators, at `/dtm/`, with the body that they want. Its parent may ask how many calls there were.
 */
import { createServer } from 'node:http';

let calls = 0;

const server = createServer((request, response) => {
  calls += 1;
  request.resume();
  request.on('end', () => {
    const url = request.url as string;
    if (url.startsWith('/assent/refuser.') && url.endsWith('/action')) {
      response.writeHead(409, { 'content-type': 'application/problem+json' });
      response.end('{"status":409,"code":"NO_FUNDS","message":"refused by the benchmark"}');
      return;
    }
    if (url.startsWith('/dtm/')) {
      response.writeHead(200, { 'content-type': 'application/json' });
      response.end('{"dtm_result":"SUCCESS"}');
      return;
    }
    response.statusCode = 204;
    response.end();
  });
});
server.keepAliveTimeout = 60_000;
server.listen(Number(process.argv[2]), '127.0.0.1', () => process.send?.('listening'));
process.on('message', () => process.send?.({ calls }));
process.on('disconnect', () => process.exit(0));
