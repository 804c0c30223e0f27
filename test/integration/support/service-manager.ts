import { type ChildProcess, spawn, spawnSync } from 'node:child_process';

const program = `
import socket, sys
name = sys.argv[1]
receiver = socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM)
receiver.bind('\\0' + name[1:] if name.startswith('@') else name)
print('bound', flush=True)
while True:
    print(receiver.recv(4096).decode().replace('\\n', '|'), flush=True)
`;

/** Node has no AF_UNIX datagrams; where Python is missing, tests that need them skip visibly. */
export const havePython = spawnSync('python3', ['--version']).status === 0;

/** The receiving end of NOTIFY_SOCKET. */
export class ServiceManager {
  readonly socket: string;
  readonly messages: string[] = [];
  readonly #child: ChildProcess;

  private constructor(socket: string) {
    this.socket = socket;
    this.#child = spawn('python3', ['-c', program, socket], { stdio: ['ignore', 'pipe', 'inherit'] });
  }

  /** `socket` is a path, or @ and a name. */
  static async start(socket: string): Promise<ServiceManager> {
    const manager = new ServiceManager(socket);
    const out = manager.#child.stdout;
    let rest = '';
    await new Promise<void>((resolve) => {
      out?.setEncoding('utf8').on('data', (text: string) => {
        const lines = (rest + text).split('\n');
        rest = lines.pop() ?? '';
        for (const line of lines) {
          if (line === 'bound') resolve();
          else manager.messages.push(line);
        }
      });
    });
    return manager;
  }

  count(message: string): number {
    return this.messages.filter((one) => one === message).length;
  }

  stop(): void {
    this.#child.kill('SIGKILL');
  }
}
