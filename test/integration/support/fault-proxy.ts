import { connect, createServer, type Server, type Socket } from 'node:net';

/** A TCP relay that misbehaves on demand, between the daemon and a real broker. */
export class FaultProxy {
  readonly #server: Server;
  readonly #pairs = new Set<[Socket, Socket]>();
  #cutAfterBytes: number | undefined;
  #stalled = false;
  port = 0;
  connections = 0;
  /** New connections are closed at once. */
  refusing = false;

  private constructor(target: number) {
    this.#server = createServer((client) => {
      if (this.refusing) client.destroy();
      else this.#relay(client, connect(target, '127.0.0.1'));
    });
  }

  static async start(target: number): Promise<FaultProxy> {
    const proxy = new FaultProxy(target);
    await new Promise<void>((resolve) => proxy.#server.listen(0, '127.0.0.1', resolve));
    proxy.port = (proxy.#server.address() as { port: number }).port;
    return proxy;
  }

  /** Lets this many more bytes from the daemon through, then cuts the connection: in the middle of a message. */
  cutAfter(bytes: number): void {
    this.#cutAfterBytes = bytes;
  }

  /** Both directions go silent while connections stay open. */
  stall(): void {
    this.#stalled = true;
    for (const [a, b] of this.#pairs) {
      a.pause();
      b.pause();
    }
  }

  unstall(): void {
    this.#stalled = false;
    for (const [a, b] of this.#pairs) {
      a.resume();
      b.resume();
    }
  }

  async stop(): Promise<void> {
    for (const pair of this.#pairs) this.#cut(pair);
    await new Promise((resolve) => this.#server.close(resolve));
  }

  #relay(client: Socket, broker: Socket): void {
    this.connections += 1;
    const pair: [Socket, Socket] = [client, broker];
    this.#pairs.add(pair);
    for (const socket of pair) {
      socket.on('error', () => this.#cut(pair));
      socket.on('close', () => this.#cut(pair));
    }
    client.on('data', (chunk) => {
      if (this.#cutAfterBytes === undefined) broker.write(chunk);
      else {
        const part = chunk.subarray(0, this.#cutAfterBytes);
        broker.write(part, () => {
          if (part.length < chunk.length) this.#cut(pair);
        });
        this.#cutAfterBytes = part.length < chunk.length ? undefined : this.#cutAfterBytes - part.length;
      }
    });
    broker.on('data', (chunk) => client.write(chunk));
    if (this.#stalled) for (const socket of pair) socket.pause();
  }

  #cut(pair: [Socket, Socket]): void {
    this.#pairs.delete(pair);
    for (const socket of pair) socket.destroy();
  }
}
