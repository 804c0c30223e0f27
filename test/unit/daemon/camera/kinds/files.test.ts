import { mkdir, mkdtemp, rm, symlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { imageKind } from '../../../../../daemon/camera/image-kind.js';
import { filesDriver } from '../../../../../daemon/camera/kinds/files.js';
import { SupervisedCamera } from '../../../../../daemon/camera/supervision/supervised-camera.js';
import { Collector } from '../support/collect.js';
import { jpeg, png } from '../support/test-images.js';

describe('files camera', () => {
  let folder: string;
  let source: SupervisedCamera;
  const begin = (target: string, loop: boolean) => {
    source = new SupervisedCamera(filesDriver({ path: target, framesPerSecond: 500, loop, stallMs: 3000 }), {
      minRetryMs: 5,
      maxRetryMs: 10,
    });
    const seen = new Collector();
    source.start(seen);
    return seen;
  };

  beforeEach(async () => {
    folder = await mkdtemp(path.join(tmpdir(), 'zynqnetd-files-'));
  });
  afterEach(async () => {
    await source.stop();
    await rm(folder, { recursive: true });
  });

  it('shows the images in the order of their names and skips, counted, what is none', async () => {
    await writeFile(path.join(folder, 'b.png'), await png(1));
    await writeFile(path.join(folder, 'a.jpg'), await jpeg(1));
    await writeFile(path.join(folder, 'c.jpeg'), 'no image at all');
    await writeFile(path.join(folder, 'empty.jpg'), '');
    await writeFile(path.join(folder, '.hidden.jpg'), await jpeg(2));
    await mkdir(path.join(folder, 'sub'));
    await symlink('/nowhere', path.join(folder, 'dangling.jpg'));
    const seen = begin(folder, false);
    await seen.until(() => seen.states.at(-1) === 'stopped');
    expect(seen.frames.map((frame) => path.basename(frame.origin ?? ''))).toEqual(['a.jpg', 'b.png']);
    expect(source.status()).toMatchObject({ ended: true, warnings: 3 });
  });

  it('loops, and sees images that came meanwhile', async () => {
    await writeFile(path.join(folder, 'a.jpg'), await jpeg(1));
    const seen = begin(folder, true);
    await seen.minFrames(3);
    await writeFile(path.join(folder, 'b.jpg'), await jpeg(2));
    await seen.until(() => seen.frames.some((frame) => frame.origin?.endsWith('b.jpg')));
  });

  it('shows one file', async () => {
    const file = path.join(folder, 'one.jpg');
    await writeFile(file, await jpeg(9));
    const seen = begin(file, true);
    await seen.minFrames(2);
    expect(seen.frames[1]?.origin).toBe(file);
  });

  it('says what is wrong with a folder without images, and with none at all', async () => {
    const seen = begin(folder, true);
    await seen.until(() => seen.status?.error !== undefined);
    expect(seen.status?.error?.code).toBe('CAMERA_FORMAT');
    await source.stop();
    const missing = begin(path.join(folder, 'missing'), true);
    await missing.until(() => missing.status?.error !== undefined);
    expect(missing.status?.error?.code).toBe('CAMERA_OPEN');
  });
});

describe('imageKind', () => {
  it('knows images by their first bytes, not by their names', async () => {
    expect(imageKind(await jpeg(1))).toBe('jpeg');
    expect(imageKind(await png(1))).toBe('png');
    expect(imageKind(Buffer.from('GIF89a......'))).toBe('gif');
    expect(imageKind(Buffer.from('RIFF....WEBPVP8 '))).toBe('webp');
    expect(imageKind(Buffer.from('RIFF....WAVEfmt '))).toBeUndefined();
    expect(imageKind(Buffer.from('<svg/>'))).toBeUndefined();
    expect(imageKind(Buffer.alloc(0))).toBeUndefined();
  });
});
