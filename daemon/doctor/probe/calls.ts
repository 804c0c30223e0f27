import type { CameraConfig } from '../../config/schema.js';
import { defaultModelFile } from '../../model/default-file.js';
import { loadModel } from '../../model/model-file.js';
import { loadAddon } from '../../native/load.js';
import { messageOf } from '../../util/error.js';
import { accelerator } from './accelerator-calls.js';
import type { AddonFacts, CameraFacts, ModelFacts, OpenedCamera, ProbeCalls, SharpFacts } from './call-types.js';

/** A call may answer at once or later. */
type Eventually<Calls> = {
  [Name in keyof Calls]: Calls[Name] extends (...args: infer Args) => infer Value
    ? (...args: Args) => Value | Promise<Value>
    : never;
};

/** What the probe process can do. */
export const calls: Eventually<ProbeCalls> = { sharp, addon, model, cameras, openCamera, ...accelerator };

async function sharp(): Promise<SharpFacts> {
  const { default: library } = await import('sharp');
  // Red over blue, through an encoder, a decoder and the scaler: the library's parts that the daemon needs.
  const picture = Buffer.from([255, 0, 0, 0, 0, 255]);
  const raw = { width: 1, height: 2, channels: 3 } as const;
  const tall = await library(picture, { raw }).resize(16, 32, { kernel: 'nearest', fit: 'fill' }).jpeg().toBuffer();
  const { data, info } = await library(tall).resize(2, 4, { fit: 'fill' }).raw().toBuffer({ resolveWithObject: true });
  const [top, bottom] = [data.subarray(0, 3), data.subarray(-3)];
  const red = (top[0] ?? 0) > 200 && (top[2] ?? 255) < 60;
  const blue = (bottom[2] ?? 0) > 200 && (bottom[0] ?? 255) < 60;
  const works = info.width === 2 && info.height === 4 && red && blue;
  return { version: library.versions.sharp ?? 'unknown', libvips: library.versions.vips, works };
}

function addon(): AddonFacts {
  const { version, features, accelerators } = loadAddon();
  return { version, features: [...features], accelerators: [...accelerators] };
}

async function model(file: string | null): Promise<ModelFacts> {
  const path = file ?? defaultModelFile;
  const { header, native, fileBytes } = await loadModel(path);
  const { labels } = header;
  return {
    name: header.name,
    file: path,
    fileBytes,
    classes: native.classes,
    labels: labels.length,
    repeated: [...new Set(labels.filter((label, index) => labels.indexOf(label) !== index))],
    arithmetic: header.arithmetic,
    input: `${header.input.width}x${header.input.height}x${header.input.channels}`,
  };
}

function cameras(devices: readonly string[]): CameraFacts[] {
  return devices.map((device) => {
    try {
      return { device, ...loadAddon().describeV4l2(device) };
    } catch (error) {
      const message = messageOf(error);
      return { device, card: '', driver: '', captures: false, formats: [], error: message };
    }
  });
}

/** Opens the configured camera as the daemon would, until its first frame. */
async function openCamera(config: CameraConfig): Promise<OpenedCamera> {
  const { createCamera } = await import('../../camera/create-camera.js');
  const camera = createCamera(config, loadAddon);
  return new Promise<OpenedCamera>((resolve, reject) => {
    camera.start({
      frame: ({ width, height, format, data }) => {
        const size = width > 0 ? `${width}x${height} ${format}` : `${format}, ${data.length} bytes`;
        resolve({ description: camera.status().description ?? camera.kind, frame: size });
      },
      state: ({ state, error, ended }) => {
        if (error && (state === 'retrying' || state === 'stalled')) reject(error);
        else if (ended) reject(new Error('the source ended without a picture'));
      },
    });
  }).finally(() => camera.stop());
}
