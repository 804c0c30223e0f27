/** Cameras: what is there, what they deliver, and whether the configured one opens. */
import type { ProgramNeed } from '../../camera/kinds/kind.js';
import { cameraKinds, chosenKind, videoDevice } from '../../camera/kinds/table.js';
import { readableFourCcs } from '../../camera/kinds/v4l2.js';
import { codeOf, messageOf } from '../../util/error.js';
import type { Check, Context } from '../check.js';
import { type Finding, failed, ok, skipped, warning } from '../finding.js';
import { ownersOf, ownersText, stopCommand } from '../owners.js';
import type { CameraFacts } from '../probe/call-types.js';

export const cameraChecks: readonly Check[] = [
  { id: 'cameras', group: 'camera', title: 'Cameras', limitMs: 10_000, hungRemedy: 'unplug the camera', run: cameras },
  ...cameraKinds.flatMap((kind) => ('program' in kind ? programCheck(kind.name, kind.program) : [])),
  { id: 'camera', group: 'camera', title: 'Configured camera', needs: ['addon'], limitMs: 30_000, run: camera },
];

async function cameras(context: Context, signal: AbortSignal): Promise<Finding> {
  const names = (await context.files.names('/sys/class/video4linux')).filter((name) => /^video\d+$/.test(name));
  const configured = videoDevice(context.config.camera);
  if (names.length === 0) {
    if (configured === undefined) return skipped('no video devices, and the configuration uses none');
    return failed(`no video devices: ${configured.file} is not there`, 'plug the camera in; then dmesg | tail');
  }
  const found = await context.probe.cameras(
    signal,
    names.map((name) => `/dev/${name}`),
  );
  const text = found.map(describe).join('; ');
  const wanted = found.find(({ device }) => device === configured?.file);
  if (configured !== undefined && wanted !== undefined && !usable(wanted)) {
    const others = found.filter(usable).map(({ device }) => device);
    const advice = others.length > 0 ? `set ${configured.key} to ${others[0]}` : 'set camera.source to ffmpeg';
    const why = wanted.error === undefined ? 'delivers nothing that can be read' : 'cannot be asked';
    return failed(`${configured.file} ${why}; there are ${text}`, await remedyFor(context, wanted, advice));
  }
  const mute = found.filter(({ error }) => error !== undefined);
  return mute.length > 0 ? warning(text, await remedyFor(context, mute[0] as CameraFacts, 'dmesg | tail')) : ok(text);
}

async function remedyFor(context: Context, { error = '' }: CameraFacts, otherwise: string): Promise<string> {
  if (!/permission/i.test(error)) return otherwise;
  return context.machine.root ? otherwise : 'sudo usermod -aG video $USER';
}

function usable({ captures, formats, error }: CameraFacts): boolean {
  return error === undefined && captures && formats.some((format) => readableFourCcs.includes(format));
}

function describe({ device, card, captures, formats, error }: CameraFacts): string {
  if (error !== undefined) return `${device}: ${error}`;
  return `${device} ${card} (${captures ? formats.join(' ') || 'no formats' : 'no pictures'})`;
}

/** The check of a program that a kind of camera needs. */
function programCheck(kind: string, program: ProgramNeed): Check {
  const run = async ({ config, machine }: Context, signal: AbortSignal): Promise<Finding> => {
    const ran = await machine.run(program.name, program.arguments, signal);
    if (ran?.status === 0) return ok(program.version.exec(ran.output)?.[1] ?? 'there');
    if (config.camera.source !== kind) return skipped('not installed, and not used');
    const missing = ran === undefined ? 'not installed' : `it ended with ${ran.status}`;
    return failed(`${missing}, but camera.source is ${kind}`, program.install);
  };
  return { id: program.name, group: 'camera', title: program.name, limitMs: 10_000, run };
}

async function camera(context: Context, signal: AbortSignal): Promise<Finding> {
  const { camera: config } = context.config;
  const device = videoDevice(config);
  if (device !== undefined) {
    const owners = await ownersOf(context, [device.file]);
    if (owners.length > 0) {
      const remedy = `${await stopCommand(context)}; zynqnetd doctor`;
      return { ...skipped(`${device.file} is in use by ${ownersText(owners)}`), remedy };
    }
  }
  try {
    const { description, frame } = await context.probe.openCamera(signal, config);
    return ok(`${config.source}: ${description}; first frame ${frame}`);
  } catch (error) {
    return failed(
      `${config.source}: ${messageOf(error)}`,
      codeOf(error) === 'CAMERA_CONFIG' ? 'zynqnetd config show' : chosenKind(config).remedy,
    );
  }
}
