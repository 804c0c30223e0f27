import { afterEach, describe, expect, it, vi } from 'vitest';
import {
  activityPayload,
  classPayload,
  configPayload,
  modelStatusPayload,
  responsePayload,
} from '../../../daemon/mqtt/topics/payloads.js';
import { haveBuild } from '../support/daemon-process.js';
import { haveMosquitto } from '../support/mosquitto.js';
import { Boards } from './fixture.js';

// Each starts a daemon or two: that takes its time on a busy machine.
vi.setConfig({ testTimeout: 300_000 });

const boards = new Boards();
afterEach((context) => boards.stop(context));

const discovery = 'homeassistant/device/zynqnetd_board/config';

describe.skipIf(!haveBuild || !haveMosquitto)('Home Assistant', () => {
  it('is told of the device when that is wanted, again when it comes back, and no more when it is not', async () => {
    const { requester } = await boards.start('classify.frames=1', 'classify.threshold=0', 'classify.margin=0');
    await requester.online();
    const told = () =>
      requester.heard.filter(({ topic }) => topic === discovery).map(({ payload }) => payload.toString());
    expect(told()).toEqual([]);
    const enabled = await requester.ask('config/set', { patch: { homeAssistant: { enabled: true, name: 'Gate' } } });
    expect(enabled).toMatchObject({ code: 200, effect: 'live' });
    await requester.until(() => told().length > 0);
    const message = JSON.parse(told()[0] ?? '');
    expect(message).toMatchObject({ dev: { name: 'Gate' }, o: { name: 'zynqnetd' } });

    // What its controls send does what they say; what they show follows.
    const { threshold, camera, take_snapshot: snapshot } = message.cmps;
    expect(camera.ops).toEqual(['scene', 'v4l2']);
    await requester.client.publishAsync(threshold.cmd_t, threshold.cmd_tpl.replace('{{ value }}', '0.25'), { qos: 1 });
    await requester.until(() => requester.latest('config').config.classify.threshold === 0.25);
    await requester.client.publishAsync(snapshot.cmd_t, snapshot.pl_prs, { qos: 1 });
    await requester.until(() => requester.heard.some(({ topic }) => topic === message.cmps.snapshot.t));

    const before = told().length;
    await requester.client.publishAsync('homeassistant/status', 'online', { qos: 1 });
    await requester.until(() => told().length > before);
    expect(told().at(-1)).toBe(told()[0]);
    const disabled = await requester.ask('config/set', { patch: { homeAssistant: { enabled: false } } });
    expect(disabled).toMatchObject({ code: 200 });
    await requester.until(() => told().at(-1) === '');

    await requester.until(() => requester.latest('class') !== undefined);
    classPayload.parse(requester.latest('class'));
    activityPayload.parse(requester.latest('activity'));
    configPayload.parse(requester.latest('config'));
    modelStatusPayload.parse(requester.latest('model/status'));
    for (const answer of requester.answers()) responsePayload.parse(answer);
  });
});
