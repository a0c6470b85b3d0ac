/** A real HTTP server on loopback whose answers a test scripts, and that remembers what it was asked. */
import { createServer, type IncomingHttpHeaders, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo, Socket } from 'node:net';

export interface ReceivedCall {
  readonly path: string;
  readonly headers: IncomingHttpHeaders;
  readonly body: string;
  readonly socket: Socket;
}

export type Script = (response: ServerResponse, call: ReceivedCall) => void;

export class ScriptedServer {
  readonly calls: ReceivedCall[] = [];
  connections = 0;
  script: Script = (response) => response.end();
  readonly #sockets = new Set<Socket>();

  private constructor(
    readonly server: Server,
    readonly origin: string,
  ) {}

  static async start(script: Script = (response) => response.end()): Promise<ScriptedServer> {
    const server = createServer();
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    const scripted = new ScriptedServer(server, `http://127.0.0.1:${(server.address() as AddressInfo).port}`);
    scripted.script = script;
    scripted.#listen();
    return scripted;
  }

  /** Sockets that are open now. */
  get openSockets(): number {
    return this.#sockets.size;
  }

  /** Closes the connections, not the server. */
  closeConnections(): void {
    for (const socket of this.#sockets) socket.end();
  }

  async stop(): Promise<void> {
    for (const socket of this.#sockets) socket.destroy();
    await new Promise((resolve) => this.server.close(resolve));
  }

  #listen(): void {
    this.server.on('connection', (socket: Socket) => {
      this.connections++;
      this.#sockets.add(socket);
      socket.once('close', () => this.#sockets.delete(socket));
    });
    this.server.on('request', (request, response) => {
      const chunks: Buffer[] = [];
      request.on('data', (chunk: Buffer) => chunks.push(chunk));
      request.on('end', () => {
        const call = { path: request.url ?? '', headers: request.headers, body: Buffer.concat(chunks).toString(), socket: request.socket };
        this.calls.push(call);
        this.script(response, call);
      });
    });
  }
}

/** A script that answers with this status, headers and body. */
export function answer(status: number, body = '', headers: Readonly<Record<string, string>> = {}): Script {
  return (response) => response.writeHead(status, { ...headers }).end(body);
}
