import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { messageOf } from '../../util/error.js';
import { contentType } from './prometheus.js';

export interface MetricsServerOptions {
  readonly host: string;
  /** 0: any free one. */
  readonly port: number;
  /** The text for one scrape. */
  readonly text: () => string;
}

const headerLimitMs = 5000;
const maxConnections = 8;

/** `GET /metrics` for Prometheus, and nothing else. */
export class MetricsServer {
  readonly #server: Server;

  private constructor(server: Server) {
    this.#server = server;
  }

  /** Rejects when it cannot listen there. */
  static async start({ host, port, text }: MetricsServerOptions): Promise<MetricsServer> {
    const server = createServer(
      { headersTimeout: headerLimitMs, requestTimeout: headerLimitMs },
      (request, response) => {
        const path = request.url?.split('?', 1)[0];
        const allowed = request.method === 'GET' || request.method === 'HEAD';
        if (!allowed || path !== '/metrics') {
          response.writeHead(allowed ? 404 : 405, { 'content-type': 'text/plain' }).end('metrics are at /metrics\n');
          return;
        }
        try {
          const body = text();
          response.writeHead(200, { 'content-type': contentType, 'cache-control': 'no-store' }).end(body);
        } catch (error) {
          response.writeHead(500).end(`${messageOf(error)}\n`);
        }
      },
    );
    server.maxConnections = maxConnections;
    await new Promise<void>((resolve, reject) => {
      server.once('error', reject);
      server.listen(port, host, resolve);
    });
    server.on('error', () => {});
    return new MetricsServer(server);
  }

  get port(): number {
    return (this.#server.address() as AddressInfo).port;
  }

  stop(): Promise<void> {
    const closed = new Promise<void>((resolve) => this.#server.close(() => resolve()));
    this.#server.closeAllConnections();
    return closed;
  }
}
