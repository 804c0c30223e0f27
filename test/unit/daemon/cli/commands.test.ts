import { afterEach, describe, expect, it, vi } from 'vitest';
import { boardCommands, commandsWith } from '../../../../daemon/cli/commands.js';
import { runProgram } from '../../../../daemon/cli/program.js';
import { toolCommands } from '../../../../tools/cli/commands.js';

afterEach(() => {
  vi.restoreAllMocks();
});

async function ran(commands: Parameters<typeof runProgram>[0], ...argv: string[]) {
  const printed = { out: '', err: '' };
  vi.spyOn(process.stdout, 'write').mockImplementation((text) => {
    printed.out += text;
    return true;
  });
  vi.spyOn(process.stderr, 'write').mockImplementation((text) => {
    printed.err += text;
    return true;
  });
  const code = await runProgram(commands, argv);
  vi.restoreAllMocks();
  return { code, ...printed };
}

const names = (help: string) =>
  [...(/Commands:\n((?: .*\n)*)/.exec(help)?.[1]?.matchAll(/^ {2}(\w+)/gm) ?? [])].map(([, name]) => name);
const pcCommands = Object.keys(toolCommands);

describe('on a board', () => {
  it.each(pcCommands.flatMap((name) => [[name], [name, '--help'], ['help', name], [name, 'x', '--y']]))(
    '%s %s says that it runs on a PC',
    async (...argv) => {
      const { code, out, err } = await ran(boardCommands, ...argv.filter((word) => word !== undefined));
      expect(code).toBe(2);
      expect(out).toBe('');
      expect(err).toMatch(/^zynqnetd: "\w+" is not a command on a board: it runs on a PC, .*\n$/);
    },
  );

  it('--help lists what is there, and its examples name nothing else', async () => {
    for (const argv of [['--help'], ['fleet', '--help'], ['fleet', 'install', '--help'], ['run', '--help']]) {
      const { code, out } = await ran(boardCommands, ...argv);
      expect(code).toBe(0);
      expect(out).toMatch(/Examples:\n {2}zynqnetd /);
      expect(out.split('Examples:')[1]).not.toMatch(new RegExp(`zynqnetd (${pcCommands.join('|')})`));
    }
    const { out } = await ran(boardCommands, '--help');
    expect(names(out)).toEqual(['run', 'classify', 'eval', 'watch', 'doctor', 'fleet', 'config']);
  });
});

describe('in a checkout', () => {
  it('--help lists every command in the order of its list', async () => {
    const { out } = await ran(commandsWith(toolCommands), '--help');
    const all = ['run', 'classify', 'eval', 'watch', 'model', 'scene', 'bench', 'doctor', 'fleet', 'config'];
    expect(names(out)).toEqual(all);
  });

  it('examples may name the tools', async () => {
    const { out } = await ran(commandsWith(toolCommands), 'fleet', 'install', '--help');
    expect(out).toContain('zynqnetd model sign');
  });
});
