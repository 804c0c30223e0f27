import { spawn } from 'node:child_process';
import { cpus, release } from 'node:os';

/** What the process knows about its machine without reading files. */
export interface Machine {
  /** As Node says it: arm, x64, arm64. */
  readonly arch: string;
  readonly platform: string;
  /** Of the kernel, e.g. 6.1.30-xilinx. */
  readonly kernel: string;
  /** e.g. v20.20.0 */
  readonly node: string;
  /** e.g. 2.36; undefined on a C library that is not glibc. */
  readonly glibc: string | undefined;
  readonly processors: readonly string[];
  readonly root: boolean;
  readonly pid: number;
  /** Runs a program; undefined where there is none of that name. Never rejects. */
  run(program: string, args: readonly string[], signal: AbortSignal): Promise<Ran | undefined>;
}

interface Ran {
  readonly status: number | null;
  readonly output: string;
}

const maxOutput = 1 << 20;

/** The machine that this process runs on. */
export function thisMachine(): Machine {
  return {
    arch: process.arch,
    platform: process.platform,
    kernel: release(),
    node: process.version,
    glibc: glibcVersion(),
    processors: cpus().map(({ model }) => model),
    root: process.getuid?.() === 0,
    pid: process.pid,
    run: runProgram,
  };
}

function glibcVersion(): string | undefined {
  // Without it the report asks the name of every open connection's peer, which can take long.
  Object.assign(process.report ?? {}, { excludeNetwork: true });
  const report = process.report?.getReport() as { header?: { glibcVersionRuntime?: string } } | undefined;
  return report?.header?.glibcVersionRuntime;
}

function runProgram(program: string, args: readonly string[], signal: AbortSignal): Promise<Ran | undefined> {
  return new Promise((resolve) => {
    const child = spawn(program, args, { stdio: ['ignore', 'pipe', 'pipe'], signal, killSignal: 'SIGKILL' });
    let output = '';
    const take = (chunk: Buffer): void => {
      if (output.length < maxOutput) output += chunk.toString('utf8');
    };
    child.stdout.on('data', take);
    child.stderr.on('data', take);
    child.once('error', () => resolve(undefined));
    child.once('close', (status) => resolve({ status, output }));
  });
}
