/** Cameras: what is there, what they deliver, and whether the configured one opens. */
import { codeOf, messageOf } from '../../util/error.js';
import type { Check, Context } from '../check.js';
import { type Finding, failed, ok, skipped, warning } from '../finding.js';
import { ownersOf, ownersText, stopCommand } from '../owners.js';
import type { CameraFacts } from '../probe/types.js';

/** What the daemon reads; see daemon/camera/kinds/v4l2.ts. */
const readable = ['MJPG', 'JPEG', 'YUYV', 'NV12', 'RGB3', 'GREY'];

export const cameraChecks: readonly Check[] = [
  { id: 'cameras', group: 'camera', title: 'Cameras', limitMs: 10_000, hungMend: 'unplug the camera', run: cameras },
  { id: 'ffmpeg', group: 'camera', title: 'ffmpeg', limitMs: 10_000, run: ffmpeg },
  { id: 'camera', group: 'camera', title: 'Configured camera', needs: ['addon'], limitMs: 30_000, run: camera },
];

async function cameras(context: Context, signal: AbortSignal): Promise<Finding> {
  const names = (await context.files.names('/sys/class/video4linux')).filter((name) => /^video\d+$/.test(name));
  const { source, v4l2 } = context.config.camera;
  if (names.length === 0) {
    if (source !== 'v4l2') return skipped('no video devices, and the configuration uses none');
    return failed(`no video devices: ${v4l2.device} is not there`, 'plug the camera in; then dmesg | tail');
  }
  const found = await context.probe.cameras(
    signal,
    names.map((name) => `/dev/${name}`),
  );
  const text = found.map(describe).join('; ');
  const wanted = found.find(({ device }) => device === v4l2.device);
  if (source === 'v4l2' && wanted !== undefined && !usable(wanted)) {
    const others = found.filter(usable).map(({ device }) => device);
    const advice = others.length > 0 ? `set camera.v4l2.device to ${others[0]}` : 'set camera.source to ffmpeg';
    const why = wanted.error === undefined ? 'delivers nothing that can be read' : 'cannot be asked';
    return failed(`${v4l2.device} ${why}; there are ${text}`, await mendFor(context, wanted, advice));
  }
  const mute = found.filter(({ error }) => error !== undefined);
  return mute.length > 0 ? warning(text, await mendFor(context, mute[0] as CameraFacts, 'dmesg | tail')) : ok(text);
}

async function mendFor(context: Context, { error = '' }: CameraFacts, otherwise: string): Promise<string> {
  if (!/permission/i.test(error)) return otherwise;
  return context.machine.root ? otherwise : 'sudo usermod -aG video $USER';
}

function usable({ captures, formats, error }: CameraFacts): boolean {
  return error === undefined && captures && formats.some((format) => readable.includes(format));
}

function describe({ device, card, captures, formats, error }: CameraFacts): string {
  if (error !== undefined) return `${device}: ${error}`;
  return `${device} ${card} (${captures ? formats.join(' ') || 'no formats' : 'no pictures'})`;
}

async function ffmpeg({ config, machine }: Context, signal: AbortSignal): Promise<Finding> {
  const ran = await machine.run('ffmpeg', ['-version'], signal);
  const used = config.camera.source === 'ffmpeg';
  if (ran?.status === 0) return ok(/^ffmpeg version (\S+)/m.exec(ran.output)?.[1] ?? 'there');
  if (!used) return skipped('not installed, and not used');
  const missing = ran === undefined ? 'not installed' : `it ended with ${ran.status}`;
  return failed(`${missing}, but camera.source is ffmpeg`, 'apt-get install ffmpeg');
}

async function camera(context: Context, signal: AbortSignal): Promise<Finding> {
  const { camera: config } = context.config;
  if (config.source === 'v4l2') {
    const owners = await ownersOf(context, [config.v4l2.device]);
    if (owners.length > 0) {
      const mend = `${await stopCommand(context)}; zynqnetd doctor`;
      return { ...skipped(`${config.v4l2.device} is in use by ${ownersText(owners)}`), mend };
    }
  }
  try {
    const { description, frame } = await context.probe.openCamera(signal, config);
    return ok(`${config.source}: ${description}; first frame ${frame}`);
  } catch (error) {
    return failed(`${config.source}: ${messageOf(error)}`, cameraMend(config.source, codeOf(error)));
  }
}

function cameraMend(source: string, code: string | undefined): string {
  if (code === 'CAMERA_CONFIG') return 'zynqnetd config show';
  return {
    v4l2: 'zynqnetd doctor --only cameras',
    http: 'curl -v URL',
    files: 'ls -l PATH',
    ffmpeg: 'ffmpeg -i INPUT -frames:v 1 /tmp/frame.jpg',
    scene: 'zynqnetd doctor --only sharp',
  }[source] as string;
}
