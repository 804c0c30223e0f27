import { z } from 'zod';
import { key, path, section } from '../define.js';

const name = z.string().regex(/^[A-Za-z0-9_-]{1,64}$/);

/** Not "group": zynqnet/group/ is where messages to fleet groups go. */
const deviceName = z.string().regex(/^(?!group$)[A-Za-z0-9_-]{1,64}$/);

export const device = section('Who this device is.', {
  id: key(deviceName.nullable(), {
    default: null,
    applies: 'process',
    remote: false,
    doc: 'Name in topics; null: derived from /etc/machine-id.',
  }),
  groups: key(z.array(name).max(16), {
    default: [],
    applies: 'process',
    remote: false,
    doc: 'Fleet groups whose messages this device also obeys.',
  }),
  stateFolder: key(path.nullable(), {
    default: null,
    applies: 'process',
    remote: false,
    doc: 'Folder for changes made by message (e.g. /var/lib/zynqnetd); null: they last until the daemon ends.',
  }),
  allowedDevices: key(z.array(path).max(64), {
    default: ['/dev/video*', '/dev/v4l/by-id/*', '/dev/v4l/by-path/*'],
    applies: 'nothing',
    remote: false,
    doc: 'Device files that a message may choose; * stands for anything but a slash.',
  }),
  led: key(path.nullable(), {
    default: null,
    applies: 'nothing',
    remote: false,
    doc: 'Folder of the LED that `identify` blinks, e.g. /sys/class/leds/led0; null: one named *:identify, else the first.',
  }),
});
