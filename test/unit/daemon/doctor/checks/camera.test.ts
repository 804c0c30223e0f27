import { afterEach, beforeEach, expect, test } from 'vitest';
import { boardConfig, doctor, FakeBoard, type Given } from '../support/board.js';

let board: FakeBoard;
beforeEach(() => {
  board = new FakeBoard();
});
afterEach(() => board.dispose());

const cameras = (given: Given = {}) => doctor(board, { ...given, only: ['cameras', 'ffmpeg', 'camera'] });
const source = (name: string, more: object = {}) => ({ ...boardConfig, camera: { source: name, ...more } });
const entry = (device: string, more: object = {}) => ({
  ...{ device, card: 'Card', driver: 'd', captures: true, formats: ['YUYV'] },
  ...more,
});

test('lists devices with their formats', async () => {
  board.write('/sys/class/video4linux/video1/name', 'HD Webcam');
  board.write('/sys/class/video4linux/v4l-subdev0/name', 'no video device');
  let devices: readonly string[] = [];
  const found = await cameras({
    answers: {
      cameras: (asked) => {
        devices = asked;
        return [
          entry('/dev/video0', { formats: ['MJPG', 'YUYV'] }),
          entry('/dev/video1', { captures: false, formats: [] }),
        ];
      },
    },
  });
  expect(devices).toEqual(['/dev/video0', '/dev/video1']);
  expect(found.of('cameras')).toMatchObject({
    state: 'ok',
    found: '/dev/video0 Card (MJPG YUYV); /dev/video1 Card (no pictures)',
  });
});

test('no device: a failure for v4l2, nothing to look at otherwise', async () => {
  board.remove('/sys/class/video4linux');
  expect((await cameras()).of('cameras').state).toBe('failed');
  expect((await cameras({ config: source('scene') })).of('cameras').state).toBe('skipped');
});

test('the configured device delivers nothing readable: the one that does is named', async () => {
  const answers = { cameras: () => [entry('/dev/video0', { captures: false, formats: [] }), entry('/dev/video2')] };
  expect((await cameras({ answers })).of('cameras')).toMatchObject({
    state: 'failed',
    remedy: 'set camera.v4l2.device to /dev/video2',
  });
  const none = { cameras: () => [entry('/dev/video0', { formats: ['H264'] })] };
  expect((await cameras({ answers: none })).of('cameras').remedy).toBe('set camera.source to ffmpeg');
});

test('a device that this user may not open', async () => {
  const error = 'cannot open /dev/video0: Permission denied';
  const answers = { cameras: () => [entry('/dev/video0', { error })] };
  const found = await cameras({ answers, machine: { root: false } });
  expect(found.of('cameras')).toMatchObject({ state: 'failed', remedy: 'sudo usermod -aG video $USER' });
});

test('ffmpeg matters only where it is used', async () => {
  const machine = { run: async () => undefined };
  expect((await cameras({ machine })).of('ffmpeg').state).toBe('skipped');
  const config = source('ffmpeg', { ffmpeg: { input: 'rtsp://x' } });
  expect((await cameras({ machine, config })).of('ffmpeg')).toMatchObject({
    state: 'failed',
    remedy: 'apt-get install ffmpeg',
  });
  expect((await cameras({ config })).of('ffmpeg')).toMatchObject({ state: 'ok', found: '5.1.6' });
});

test('the configured camera: its first frame, its failure, its user', async () => {
  expect((await cameras()).of('camera').found).toContain('first frame 640x480 jpeg');
  const openCamera = () => {
    throw Object.assign(new Error('camera.http.url is not set'), { code: 'CAMERA_CONFIG' });
  };
  const failing = await cameras({ answers: { openCamera }, config: source('http') });
  expect(failing.of('camera')).toMatchObject({
    ...{ state: 'failed', found: 'http: camera.http.url is not set', remedy: 'zynqnetd config show' },
  });
  const asked: string[] = [];
  board.process(312, 'node /opt/zynqnetd/current/app/dist/daemon/cli/main.js run', '/dev/video0');
  const busy = await cameras({ asked });
  expect(busy.of('camera')).toMatchObject({
    state: 'skipped',
    found: '/dev/video0 is in use by process 312 (zynqnetd run)',
  });
  expect(asked).not.toContain('openCamera');
});
