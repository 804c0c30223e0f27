import { type ChildProcess, execFileSync, spawn } from 'node:child_process';
import { existsSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { connect, createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

const program = ['/usr/sbin/mosquitto', '/usr/local/sbin/mosquitto', '/usr/bin/mosquitto'].find((file) =>
  existsSync(file),
);

/** Set-up installs mosquitto; where it is missing all the same, tests that need it skip visibly. */
export const haveMosquitto = program !== undefined;

export async function freePort(): Promise<number> {
  const server = createServer();
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const { port } = server.address() as { port: number };
  await new Promise((resolve) => server.close(resolve));
  return port;
}

export interface MosquittoOptions {
  readonly transport?: 'tcp' | 'tls' | 'websocket';
  readonly users?: Record<string, string>;
  readonly requireClientCertificate?: boolean;
}

/** A real broker in a folder of its own; it can be stopped, killed, frozen and started again on the same port. */
export class Mosquitto {
  readonly folder = mkdtempSync(join(tmpdir(), 'zynqnetd-mosquitto-'));
  readonly port: number;
  #process: ChildProcess | undefined;

  private constructor(port: number) {
    this.port = port;
  }

  static async start(options: MosquittoOptions = {}): Promise<Mosquitto> {
    const broker = new Mosquitto(await freePort());
    broker.#configure(options, await freePort());
    await broker.launch();
    return broker;
  }

  file(name: string): string {
    return join(this.folder, name);
  }

  async launch(): Promise<void> {
    const child = spawn(program ?? 'mosquitto', ['-c', this.file('mosquitto.conf')], { stdio: 'ignore' });
    this.#process = child;
    for (;;) {
      if (child.exitCode !== null) throw new Error(`mosquitto ended with ${child.exitCode}`);
      if (await accepts(this.port)) return;
      await new Promise((resolve) => setTimeout(resolve, 20));
    }
  }

  signal(name: 'SIGSTOP' | 'SIGCONT' | 'SIGHUP'): void {
    this.#process?.kill(name);
  }

  /** SIGKILL: no goodbye to anybody. */
  async kill(): Promise<void> {
    const child = this.#process;
    this.#process = undefined;
    if (child === undefined || child.exitCode !== null) return;
    const ended = new Promise((resolve) => child.once('exit', resolve));
    child.kill('SIGKILL');
    await ended;
  }

  async stop(): Promise<void> {
    await this.kill();
    rmSync(this.folder, { recursive: true, force: true });
  }

  setUsers(users: Record<string, string>): void {
    writeFileSync(this.file('users'), '', { mode: 0o600 });
    for (const [user, password] of Object.entries(users)) {
      execFileSync('mosquitto_passwd', ['-b', this.file('users'), user, password]);
    }
  }

  #configure(options: MosquittoOptions, sparePort: number): void {
    const { transport = 'tcp', users, requireClientCertificate = false } = options;
    const lines = [`listener ${this.port} 127.0.0.1`, 'max_queued_messages 100000'];
    // Mosquitto 2.0.11 does not start with a WebSocket listener alone.
    if (transport === 'websocket') lines.push('protocol websockets', `listener ${sparePort} 127.0.0.1`);
    if (transport === 'tls') {
      this.#makeCertificates();
      lines.push(
        `cafile ${this.file('ca.crt')}`,
        `certfile ${this.file('server.crt')}`,
        `keyfile ${this.file('server.key')}`,
      );
      lines.push(`require_certificate ${requireClientCertificate}`);
    }
    lines.push(`allow_anonymous ${users === undefined}`);
    if (users !== undefined) {
      this.setUsers(users);
      lines.push(`password_file ${this.file('users')}`);
    }
    if (process.getuid?.() === 0) lines.push('user root');
    writeFileSync(this.file('mosquitto.conf'), `${lines.join('\n')}\n`);
  }

  #makeCertificates(): void {
    const openssl = (...args: string[]) => execFileSync('openssl', args, { cwd: this.folder, stdio: 'ignore' });
    const key = ['-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:prime256v1', '-nodes'];
    openssl('req', '-x509', ...key, '-keyout', 'ca.key', '-out', 'ca.crt', '-days', '2', '-subj', '/CN=test authority');
    writeFileSync(this.file('names'), 'subjectAltName=IP:127.0.0.1,DNS:localhost');
    for (const name of ['server', 'client']) {
      openssl('req', ...key, '-keyout', `${name}.key`, '-out', `${name}.csr`, '-subj', `/CN=${name}`);
      const sign = ['-CA', 'ca.crt', '-CAkey', 'ca.key', '-CAcreateserial', '-days', '2', '-extfile', 'names'];
      openssl('x509', '-req', '-in', `${name}.csr`, ...sign, '-out', `${name}.crt`);
    }
  }
}

function accepts(port: number): Promise<boolean> {
  return new Promise((resolve) => {
    const socket = connect(port, '127.0.0.1');
    socket.once('connect', () => {
      socket.destroy();
      resolve(true);
    });
    socket.once('error', () => resolve(false));
  });
}

export function temporaryFolder(name: string): string {
  const folder = mkdtempSync(join(tmpdir(), `zynqnetd-${name}-`));
  mkdirSync(folder, { recursive: true });
  return folder;
}
