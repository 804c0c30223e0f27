import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo, Socket } from 'node:net';

export type Handler = (request: IncomingMessage, response: ServerResponse) => void;

/** A camera with an HTTP address, on a port of its own that it keeps when it goes away and comes back. */
export class HttpCamera {
  handler: Handler;
  #server: Server | undefined;
  #port = 0;
  readonly #sockets = new Set<Socket>();

  constructor(handler: Handler) {
    this.handler = handler;
  }

  get url(): string {
    return `http://127.0.0.1:${this.#port}/camera`;
  }

  async open(): Promise<this> {
    const server = createServer((request, response) => this.handler(request, response));
    server.on('connection', (socket) => {
      this.#sockets.add(socket);
      socket.on('close', () => this.#sockets.delete(socket));
    });
    await new Promise<void>((resolve) => server.listen(this.#port, '127.0.0.1', resolve));
    this.#port = (server.address() as AddressInfo).port;
    this.#server = server;
    return this;
  }

  async close(): Promise<void> {
    const server = this.#server;
    this.#server = undefined;
    for (const socket of this.#sockets) socket.destroy();
    if (server) await new Promise((resolve) => server.close(resolve));
  }
}

/** An endless MJPEG answer, one picture each few milliseconds. */
export function streamOf(pictures: readonly Buffer[], boundary = 'frame'): Handler {
  return (_, response) => {
    response.writeHead(200, { 'content-type': `multipart/x-mixed-replace; boundary=${boundary}` });
    let next = 0;
    const timer = setInterval(() => {
      const picture = pictures[next++ % pictures.length] as Buffer;
      response.write(`--${boundary}\r\nContent-Type: image/jpeg\r\nContent-Length: ${picture.length}\r\n\r\n`);
      response.write(picture);
      response.write('\r\n');
    }, 4);
    response.on('close', () => clearInterval(timer));
  };
}

export function snapshotsOf(pictures: readonly Buffer[]): Handler {
  let next = 0;
  return (_, response) => {
    response.writeHead(200, { 'content-type': 'image/jpeg' });
    response.end(pictures[next++ % pictures.length]);
  };
}
