import { timingSafeEqual } from 'node:crypto';
import { createServer, isIP, type Server } from 'node:net';
import type { Config } from '../config/schema.js';
import { ZynqnetError } from '../util/error.js';
import { firstLine } from './connection/mqtt-options.js';

type BrokerConfig = Config['broker'];

const portsToTry = 20;

/** A broker inside this process, so that the daemon shows something without any set-up. MQTT 3.1.1 only. */
export class EmbeddedBroker {
  readonly #server: Server;
  readonly #close: () => Promise<void>;
  readonly port: number;
  readonly url: string;

  private constructor(server: Server, close: () => Promise<void>, host: string, port: number) {
    this.#server = server;
    this.#close = close;
    this.port = port;
    const local = host === '0.0.0.0' ? '127.0.0.1' : host === '::' ? '::1' : host;
    this.url = `mqtt://${isIP(local) === 6 ? `[${local}]` : local}:${port}`;
  }

  /** Listens on the configured port, or on the next free one. */
  static async start(config: BrokerConfig): Promise<EmbeddedBroker> {
    const password = config.passwordFile === null ? undefined : Buffer.from(firstLine(config.passwordFile));
    if (!isLoopback(config.host) && (config.user === null || password === undefined || password.length === 0)) {
      throw new ZynqnetError(
        'BROKER_OPEN',
        `broker.host ${config.host} opens the embedded broker to the network: set broker.user and broker.passwordFile too`,
      );
    }
    const { Aedes } = await import('aedes');
    const aedes = await Aedes.createBroker({
      authenticate: (_client, user, given, done) => {
        done(null, password === undefined || (user === config.user && equal(given, password)));
      },
    });
    const server = createServer((socket) => aedes.handle(socket));
    const closeAedes = () => new Promise<void>((resolve) => aedes.close(() => resolve()));
    const port = await listen(server, config.host, config.port).catch(async (error: unknown) => {
      await closeAedes();
      throw error;
    });
    return new EmbeddedBroker(server, closeAedes, config.host, port);
  }

  async stop(): Promise<void> {
    const closed = new Promise<void>((resolve) => this.#server.close(() => resolve()));
    await this.#close();
    await closed;
  }
}

async function listen(server: Server, host: string, first: number): Promise<number> {
  const last = Math.min(65_535, first + portsToTry - 1);
  for (let port = first; port <= last; port += 1) {
    if (await tryListen(server, host, port)) return port;
  }
  throw new ZynqnetError('BROKER_PORT', `no free port for the embedded broker on ${host} from ${first} to ${last}`);
}

/** False if the port is taken. */
function tryListen(server: Server, host: string, port: number): Promise<boolean> {
  return new Promise((resolve, reject) => {
    const failed = (error: NodeJS.ErrnoException) => {
      if (error.code === 'EADDRINUSE') resolve(false);
      else
        reject(
          new ZynqnetError('BROKER_PORT', `the embedded broker cannot listen on ${host}:${port}: ${error.message}`),
        );
    };
    server.once('error', failed);
    server.listen(port, host, () => {
      server.off('error', failed);
      resolve(true);
    });
  });
}

function isLoopback(host: string): boolean {
  return host === 'localhost' || host === '::1' || /^127(\.\d{1,3}){3}$/.test(host);
}

function equal(given: Readonly<Uint8Array> | undefined, wanted: Uint8Array): boolean {
  return given !== undefined && given.length === wanted.length && timingSafeEqual(given, wanted);
}
