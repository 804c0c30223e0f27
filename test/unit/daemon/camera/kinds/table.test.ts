import { describe, expect, it, vi } from 'vitest';
import { createCamera } from '../../../../../daemon/camera/create-camera.js';
import {
  type CameraSettings,
  cameraKindNames,
  cameraKinds,
  chosenKind,
  usableKinds,
  videoDevice,
} from '../../../../../daemon/camera/kinds/table.js';
import { checkConfig } from '../../../../../daemon/config/load.js';

// what the table must not load: it belongs to the configuration, which also runs where these do not load
vi.mock('sharp', () => {
  throw new Error('the table of camera kinds has loaded the image library');
});
vi.mock('../../../../../daemon/native/addon.js', () => {
  throw new Error('the table of camera kinds has loaded the native addon');
});

const settings = (camera: object = {}): CameraSettings => checkConfig({ camera }).camera;
const native = () => {
  throw new Error('asked for the addon');
};

describe('the table of camera kinds', () => {
  it('has each name once, and all of them in the configuration', () => {
    expect(new Set(cameraKindNames).size).toBe(cameraKinds.length);
    // names that are written down in configurations everywhere
    expect(cameraKindNames).toEqual(expect.arrayContaining(['scene', 'v4l2', 'http', 'files', 'ffmpeg']));
    expect(Object.keys(settings())).toEqual(['source', 'name', 'stallSeconds', ...cameraKindNames]);
  });

  it.each(cameraKinds)(
    '$name: its required keys are null until they are set, and it says which one is missing',
    (kind) => {
      const given = settings({ source: kind.name });
      expect(chosenKind(given).name).toBe(kind.name);
      for (const key of kind.required) {
        expect(given[kind.name]).toHaveProperty(key, null);
        const message = `camera.${kind.name}.${key} is not set, but camera.source is ${kind.name}; set it`;
        expect(() => createCamera(given, native)).toThrow(expect.objectContaining({ code: 'CAMERA_CONFIG', message }));
      }
    },
  );

  it('makes a camera of each kind without the addon, but for the one that asks for it', () => {
    const complete = { http: { url: 'http://cam/' }, files: { path: '/pictures' }, ffmpeg: { input: 'rtsp://cam/' } };
    for (const { name } of cameraKinds) {
      const make = () => createCamera(settings({ ...complete, source: name }), native);
      if (name === 'v4l2') expect(make).toThrow('asked for the addon');
      else expect(make().kind).toBe(name);
    }
  });

  it('offers the kinds that are complete, and the chosen one', () => {
    const complete = cameraKinds.flatMap(({ name, required }) => (required.length === 0 ? [name] : []));
    expect(complete).toEqual(expect.arrayContaining(['scene', 'v4l2']));
    const offered = (camera: object) => usableKinds(settings(camera)).sort();
    expect(offered({})).toEqual([...complete].sort());
    expect(offered({ source: 'files' })).toEqual([...complete, 'files'].sort());
    expect(offered({ http: { url: 'http://cam/' } })).toEqual([...complete, 'http'].sort());
  });

  it('knows the video device of the chosen kind', () => {
    expect(videoDevice(settings())).toBeUndefined();
    const device = { source: 'v4l2', v4l2: { device: '/dev/video3' } };
    expect(videoDevice(settings(device))).toEqual({ key: 'camera.v4l2.device', file: '/dev/video3' });
  });
});
