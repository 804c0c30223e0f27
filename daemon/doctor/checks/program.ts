/** The program itself: configuration, processor, C library, Node, libraries, model. */
import { codeOf, messageOf } from '../../util/error.js';
import type { Check, Context } from '../check.js';
import { type Finding, failed, ok, warning } from '../finding.js';

/** sharp 0.35 needs the first, the bundle's other variant the second. */
const glibcForSharp = '2.36';
const glibcMin = '2.31';

export const programChecks: readonly Check[] = [
  { id: 'config', group: 'program', title: 'Configuration', limitMs: 2000, run: configuration },
  { id: 'processor', group: 'program', title: 'Processor', limitMs: 2000, run: processor },
  { id: 'glibc', group: 'program', title: 'C library', limitMs: 2000, run: glibc },
  { id: 'node', group: 'program', title: 'Node.js', limitMs: 2000, run: node },
  { id: 'addon', group: 'program', title: 'Native addon', limitMs: 10_000, run: addon },
  { id: 'sharp', group: 'program', title: 'sharp', limitMs: 15_000, run: sharp },
  { id: 'model', group: 'program', title: 'Model', needs: ['addon'], limitMs: 15_000, run: model },
];

function configuration({ source, machine }: Context): Finding {
  const { file, problem, overlayProblems, olderNames = [] } = source;
  if (source.forbidden) return failed(`${file} may not be read by this user`, 'sudo zynqnetd doctor');
  if (problem !== undefined) return failed(problem, `zynqnetd config check -c ${file ?? 'FILE'}`);
  if (overlayProblems.length > 0) {
    return warning(`stored changes are ignored: ${overlayProblems.join('; ')}`, 'zynqnetd config show');
  }
  if (olderNames.length > 0)
    return warning(olderNames.join('; '), `write the new names into ${file ?? 'your settings'}`);
  if (file === undefined) return ok('built-in settings (no -c, and no /etc/zynqnetd/zynqnetd.yaml)');
  return ok(machine.root ? file : `${file}, read as an ordinary user`);
}

async function processor({ machine, files }: Context): Promise<Finding> {
  const count = machine.processors.length;
  if (machine.arch !== 'arm') return ok(`${count} x ${machine.processors[0] ?? machine.arch}`);
  const text = (await files.text('/proc/cpuinfo')) ?? '';
  const features = /^Features\s*:\s*(.*)$/m.exec(text)?.[1]?.split(/\s+/) ?? [];
  const name = /^CPU part\s*:\s*0xc09$/m.test(text) ? 'Cortex-A9' : (machine.processors[0] ?? 'ARM');
  const missing = ['neon', 'vfpv3'].filter((feature) => !features.includes(feature));
  if (missing.length > 0) {
    return failed(`${name} without ${missing.join(' and ')}`, 'set CONFIG_NEON=y and CONFIG_VFPv3=y in the kernel');
  }
  return ok(`${count} x ${name} with NEON`);
}

function glibc({ machine }: Context): Finding {
  const found = machine.glibc;
  if (found === undefined) {
    return failed('not glibc (musl?): there are no ARM binaries for it', 'use an image with glibc 2.31 or newer');
  }
  if (machine.arch !== 'arm' || atLeast(found, glibcForSharp)) return ok(`glibc ${found}`);
  if (atLeast(found, glibcMin)) return ok(`glibc ${found}: old enough to need the bundle made with --glibc 2.31`);
  return failed(`glibc ${found}, at least ${glibcMin} is needed`, 'use a newer image: see docs/boards/');
}

function node({ machine }: Context): Finding {
  const [major = 0, minor = 0] = machine.node.replace(/^v/, '').split('.').map(Number);
  if (major > 20 || (major === 20 && minor >= 9)) return ok(`${machine.node} for ${machine.platform}-${machine.arch}`);
  return failed(`${machine.node}, at least v20.9 is needed`, 'npm run bundle -- --board BOARD --node');
}

async function addon({ machine, probe }: Context, signal: AbortSignal): Promise<Finding> {
  try {
    const { version, features, accelerators } = await probe.addon(signal);
    const backends = accelerators.length === 0 ? 'no accelerator backends' : `accelerators ${accelerators.join(', ')}`;
    return ok(`${version}: ${features.join(', ')}; ${backends}`);
  } catch (error) {
    return failed(messageOf(error), reinstall(machine.arch, 'npm run build'));
  }
}

async function sharp({ machine, probe }: Context, signal: AbortSignal): Promise<Finding> {
  const oldGlibc = machine.arch === 'arm' && machine.glibc !== undefined && !atLeast(machine.glibc, glibcForSharp);
  const remedy = oldGlibc
    ? 'npm run bundle -- --board BOARD --glibc 2.31, then deploy/install.sh root@BOARD'
    : reinstall(machine.arch, 'npm ci');
  try {
    const { version, libvips, works } = await probe.sharp(signal);
    const name = `${version} with libvips ${libvips}`;
    return works ? ok(name) : failed(`${name} loads but does not decode a picture rightly`, remedy);
  } catch (error) {
    return failed(firstLines(messageOf(error), 2), remedy);
  }
}

async function model({ config, probe }: Context, signal: AbortSignal): Promise<Finding> {
  const own = config.model.labels;
  try {
    const { name, classes, labels, repeated, arithmetic, input, fileBytes } = await probe.model(
      signal,
      config.model.file,
    );
    const what = `${name}: ${classes} classes, ${input}, ${arithmetic}, ${fileBytes} bytes`;
    if (labels !== classes)
      return failed(`${what}, but ${labels} labels in the file`, 'on a PC: zynqnetd model inspect FILE');
    if (own !== null && own.length !== classes) {
      return failed(
        `${what}, but model.labels has ${own.length} names`,
        `give model.labels ${classes} names, or set it to null`,
      );
    }
    if (repeated.length > 0) {
      return warning(`${what}; several classes are called ${repeated.slice(0, 3).join(', ')}`, 'set model.labels');
    }
    return ok(own === null ? what : `${what}, with names from model.labels`);
  } catch (error) {
    const file = config.model.file ?? 'the built-in model';
    const remedy =
      codeOf(error) === 'MODEL_FILE' ? 'set model.file to a .zqn file' : `on a PC: zynqnetd model inspect ${file}`;
    return failed(messageOf(error), remedy);
  }
}

function reinstall(arch: string, here: string): string {
  return arch === 'arm' ? 'deploy/install.sh root@BOARD' : here;
}

function firstLines(text: string, count: number): string {
  return text
    .split('\n')
    .filter((line) => line.trim() !== '')
    .slice(0, count)
    .join(' ');
}

/** Compares versions such as 2.36 part by part. */
function atLeast(found: string, wanted: string): boolean {
  const [a, b] = [found, wanted].map((version) => version.split('.').map(Number));
  const [majors, minors] = [(a?.[0] ?? 0) - (b?.[0] ?? 0), (a?.[1] ?? 0) - (b?.[1] ?? 0)];
  return majors > 0 || (majors === 0 && minors >= 0);
}
