import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterEach, describe, expect, it } from 'vitest';
import type { HttpOptions } from '../../../../../daemon/camera/http/http-session.js';
import { httpDriver } from '../../../../../daemon/camera/kinds/http.js';
import { SupervisedCamera } from '../../../../../daemon/camera/supervision/supervised-camera.js';
import { Collector } from '../support/collect.js';
import { type Handler, HttpCamera, snapshotsOf, streamOf } from '../support/http-camera.js';
import { jpeg } from '../support/test-images.js';

describe('HTTP camera', () => {
  const cameras: HttpCamera[] = [];
  let source: SupervisedCamera | undefined;

  const serve = async (handler: Handler) => {
    const camera = await new HttpCamera(handler).open();
    cameras.push(camera);
    return camera;
  };
  const watch = (url: string, over: Partial<HttpOptions> = {}) => {
    const options = { url, mode: 'auto', framesPerSecond: 100, userFile: null, stallMs: 3000, ...over } as const;
    source = new SupervisedCamera(httpDriver(options), { minRetryMs: 5, maxRetryMs: 10 });
    const seen = new Collector();
    source.start(seen);
    return seen;
  };
  const failure = async (seen: Collector) => {
    await seen.until(() => seen.states.includes('retrying'));
    return seen.status?.error;
  };

  afterEach(async () => {
    await source?.stop();
    for (const camera of cameras.splice(0)) await camera.close();
  });

  it('shows user and password to the camera, from the address or from a file', async () => {
    const picture = await jpeg(3);
    const asked: (string | undefined)[] = [];
    const camera = await serve((request, response) => {
      asked.push(request.headers.authorization);
      snapshotsOf([picture])(request, response);
    });
    await watch(camera.url.replace('//', '//me:s%40cret@')).minFrames(1);
    await source?.stop();
    const folder = await mkdtemp(path.join(tmpdir(), 'zynqnetd-http-'));
    await writeFile(path.join(folder, 'user'), 'you:other\n');
    await watch(camera.url, { userFile: path.join(folder, 'user') }).minFrames(1);
    await rm(folder, { recursive: true });
    const decoded = asked.map((value) => Buffer.from(value?.replace('Basic ', '') ?? '', 'base64').toString());
    expect(decoded[0]).toBe('me:s@cret');
    expect(decoded.at(-1)).toBe('you:other');
  });

  it('follows redirects, but takes the password nowhere else', async () => {
    const picture = await jpeg(4);
    let asked: string | undefined = 'nothing yet';
    const target = await serve((request, response) => {
      asked = request.headers.authorization;
      snapshotsOf([picture])(request, response);
    });
    const camera = await serve((_, response) => response.writeHead(302, { location: target.url }).end());
    await watch(camera.url.replace('//', '//me:secret@')).minFrames(1);
    expect(asked).toBeUndefined();
  });

  it('gives up on a circle of redirects', async () => {
    const camera = await serve((_, response) => response.writeHead(302, { location: '/again' }).end());
    expect(await failure(watch(camera.url))).toMatchObject({
      code: 'CAMERA_OPEN',
      message: expect.stringContaining('redirects'),
    });
  });

  it.each([
    [401, { 'www-authenticate': 'Basic realm="x"' }, 'userFile'],
    [401, { 'www-authenticate': 'Digest realm="x"' }, 'Digest'],
    [404, {}, 'camera.http.url'],
    [500, {}, '500'],
  ])('says what %i means', async (status, headers, advice) => {
    const camera = await serve((_, response) => response.writeHead(status, headers).end());
    const error = await failure(watch(camera.url.replace('//', '//me:secret@')));
    expect(error?.code).toBe('CAMERA_OPEN');
    expect(error?.message).toContain(advice);
    expect(error?.message).not.toContain('secret');
  });

  it('opens a stream again whose frames stop', async () => {
    const picture = await jpeg(5);
    let openings = 0;
    const camera = await serve((request, response) => {
      openings += 1;
      if (openings > 1) return streamOf([picture])(request, response);
      response.writeHead(200, { 'content-type': 'multipart/x-mixed-replace; boundary=b' });
      response.write(`--b\r\nContent-Length: ${picture.length}\r\n\r\n`);
      response.write(picture);
    });
    const seen = watch(camera.url, { stallMs: 100 });
    await seen.until(() => seen.states.includes('stalled'));
    expect(seen.frames).toHaveLength(1);
    await seen.minFrames(3);
    expect(seen.status?.reconnects).toBe(1);
  });

  it('gives up on a camera that accepts and never answers, and stops at once', async () => {
    const camera = await serve(() => undefined);
    const seen = watch(camera.url, { stallMs: 50 });
    expect(await failure(seen)).toMatchObject({ code: 'CAMERA_TIMEOUT' });
    await source?.stop();
  });

  it('leaves out and counts what is not a picture, and goes on', async () => {
    const picture = await jpeg(6);
    const camera = await serve(streamOf([Buffer.from('<html>busy</html>'), picture]));
    const seen = watch(camera.url);
    await seen.minFrames(2);
    expect(source?.status().warnings).toBeGreaterThan(0);
    expect(seen.frames.every((frame) => frame.data.byteLength === picture.length)).toBe(true);
  });

  it('refuses an endless snapshot', async () => {
    const camera = await serve((_, response) => {
      response.writeHead(200, { 'content-type': 'image/jpeg' });
      const block = Buffer.alloc(1 << 20);
      const more = (): void => {
        while (!response.destroyed && response.write(block));
      };
      response.on('drain', more);
      more();
    });
    expect(await failure(watch(camera.url, { stallMs: 60_000 }))).toMatchObject({ code: 'CAMERA_FORMAT' });
  });

  it('says so when the answer is a stream but snapshots were asked for', async () => {
    const camera = await serve(streamOf([await jpeg(7)]));
    expect(await failure(watch(camera.url, { mode: 'snapshot' }))).toMatchObject({ code: 'CAMERA_FORMAT' });
  });
});
