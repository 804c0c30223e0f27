import { spawnSync } from 'node:child_process';
import { mkdir, mkdtemp, rename, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { describe, it } from 'vitest';
import { ffmpegDriver } from '../../../../daemon/camera/kinds/ffmpeg.js';
import { filesDriver } from '../../../../daemon/camera/kinds/files.js';
import { httpDriver } from '../../../../daemon/camera/kinds/http.js';
import { sceneDriver } from '../../../../daemon/camera/kinds/scene.js';
import { fakeFfmpeg } from './support/fake-ffmpeg.js';
import { HttpCamera, snapshotsOf, streamOf } from './support/http-camera.js';
import { describeSource } from './support/source-suite.js';
import { jpeg, png } from './support/test-images.js';

const stallMs = 5000;

describeSource('scene', () => ({
  driver: sceneDriver({ seed: 5, framesPerSecond: 100, stallMs }),
  close() {},
}));

describeSource('files', async () => {
  const root = await mkdtemp(path.join(tmpdir(), 'zynqnetd-files-'));
  const folder = path.join(root, 'images');
  const away = path.join(root, 'away');
  await mkdir(folder);
  await writeFile(path.join(folder, '1.jpg'), await jpeg(1));
  await writeFile(path.join(folder, '2.png'), await png(2));
  return {
    driver: filesDriver({ path: folder, framesPerSecond: 200, loop: true, stallMs }),
    vanish: () => rename(folder, away),
    comeBack: () => rename(away, folder),
    close: () => rm(root, { recursive: true }),
  };
});

for (const mode of ['snapshot', 'stream'] as const) {
  describeSource(`http ${mode}`, async () => {
    const pictures = [await jpeg(1), await jpeg(90), await jpeg(200)];
    const camera = await new HttpCamera(mode === 'stream' ? streamOf(pictures) : snapshotsOf(pictures)).open();
    return {
      driver: httpDriver({ url: camera.url, mode: 'auto', framesPerSecond: 100, userFile: null, stallMs }),
      vanish: () => camera.close(),
      comeBack: async () => void (await camera.open()),
      close: () => camera.close(),
    };
  });
}

describeSource("ffmpeg's child", async () => {
  const fake = await fakeFfmpeg(64 * 48 * 3);
  const size = { width: 64, height: 48, framesPerSecond: 50 };
  return {
    driver: ffmpegDriver({
      input: 'rtsp://me:secret@cam/1',
      inputOptions: [],
      ...size,
      stallMs,
      program: fake.program,
    }),
    vanish: fake.unplug,
    comeBack: fake.plug,
    close: fake.close,
  };
});

const haveFfmpeg = spawnSync('ffmpeg', ['-version']).status === 0;
if (haveFfmpeg) {
  describeSource('ffmpeg', () => ({
    driver: ffmpegDriver({
      input: 'testsrc=size=64x48:rate=50',
      inputOptions: ['-f', 'lavfi'],
      width: 64,
      height: 48,
      framesPerSecond: 50,
      stallMs,
    }),
    close() {},
  }));
} else {
  describe.skip('ffmpeg as a FrameSource', () => {
    it('needs ffmpeg');
  });
}
