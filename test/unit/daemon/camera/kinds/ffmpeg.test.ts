import { readFile } from 'node:fs/promises';
import path from 'node:path';
import { afterEach, describe, expect, it } from 'vitest';
import { argumentsFor, type FfmpegOptions, ffmpegDriver } from '../../../../../daemon/camera/kinds/ffmpeg.js';
import { SupervisedCamera } from '../../../../../daemon/camera/supervision/supervised-camera.js';
import { Collector } from '../support/collect.js';
import { fakeFfmpeg } from '../support/fake-ffmpeg.js';

const options: FfmpegOptions = {
  input: 'rtsp://me:secret@cam/1',
  inputOptions: [],
  width: 16,
  height: 12,
  framesPerSecond: 10,
  stallMs: 1000,
};

describe('ffmpeg arguments', () => {
  it('reads RTSP over TCP unless told otherwise', () => {
    expect(argumentsFor(options)).toEqual(expect.arrayContaining(['-rtsp_transport', 'tcp', '-i', options.input]));
    const udp = argumentsFor({ ...options, inputOptions: ['-rtsp_transport', 'udp'] });
    expect(udp.filter((argument) => argument === '-rtsp_transport')).toHaveLength(1);
    expect(udp).not.toContain('tcp');
  });

  it('reads files at their own rate and live inputs as they come', () => {
    expect(argumentsFor({ ...options, input: 'film.mp4' })).toContain('-re');
    expect(argumentsFor(options)).not.toContain('-re');
    expect(argumentsFor({ ...options, input: '/dev/video0' })).not.toContain('-re');
  });

  it('keeps an input that looks like an option behind -i', () => {
    const input = '-version';
    const list = argumentsFor({ ...options, input });
    expect(list[list.indexOf(input) - 1]).toBe('-i');
  });
});

describe('ffmpeg camera', () => {
  let source: SupervisedCamera;
  const begin = (over: Partial<FfmpegOptions>) => {
    source = new SupervisedCamera(ffmpegDriver({ ...options, ...over }), { minRetryMs: 5, maxRetryMs: 10 });
    const seen = new Collector();
    source.start(seen);
    return seen;
  };
  afterEach(() => source.stop());

  it('says that ffmpeg is not installed, and how to get it', async () => {
    const seen = begin({ program: '/nowhere/ffmpeg' });
    await seen.until(() => seen.status?.error !== undefined);
    expect(seen.status?.error).toMatchObject({
      code: 'CAMERA_OPEN',
      message: expect.stringContaining('apt-get install ffmpeg'),
    });
  });

  it("puts the end of ffmpeg's standard error into its own, without the password", async () => {
    const fake = await fakeFfmpeg(16 * 12 * 3);
    const seen = begin({ program: fake.program });
    await seen.minFrames(1);
    await fake.unplug();
    await seen.until(() => seen.status?.error !== undefined);
    expect(seen.status?.error?.message).toContain('Connection to rtsp://***@cam/1 refused');
    expect(await readFile(path.join(fake.folder, 'arguments'), 'utf8')).toContain('rawvideo');
    await source.stop();
    await fake.close();
  });
});
