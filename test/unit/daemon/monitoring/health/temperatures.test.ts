import { mkdirSync, mkdtempSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { readTemperatures } from '../../../../../daemon/monitoring/health/temperatures.js';

/** A /sys with these files. */
function sys(files: Record<string, string>): string {
  const root = mkdtempSync(join(tmpdir(), 'zynqnetd-sys-'));
  for (const [name, contents] of Object.entries(files)) {
    const file = join(root, 'sys', name);
    mkdirSync(dirname(file), { recursive: true });
    writeFileSync(file, contents);
  }
  return root;
}

describe('temperatures', () => {
  it("are read from the Zynq's XADC by its raw value, offset and scale", () => {
    // Values of a Zybo: UG480's transfer function, 503.975 K over 4096 steps.
    const xadc = {
      'bus/iio/devices/iio:device0/name': 'xadc\n',
      'bus/iio/devices/iio:device0/in_temp0_raw': '2634\n',
      'bus/iio/devices/iio:device0/in_temp0_offset': '-2219\n',
      'bus/iio/devices/iio:device0/in_temp0_scale': '123.040771484\n',
      'bus/iio/devices/iio:device0/in_voltage0_vccint_raw': '1365\n',
    };
    expect(readTemperatures(sys(xadc))).toEqual({ xadc: 51.1 });
  });

  it('are read from hwmon chips and thermal zones, each under a name of its own', () => {
    const files = {
      'class/hwmon/hwmon0/name': 'LM75\n',
      'class/hwmon/hwmon0/temp1_input': '30500\n',
      'class/hwmon/hwmon1/name': 'LM75\n',
      'class/hwmon/hwmon1/temp1_input': '-4250\n',
      'class/hwmon/hwmon1/temp2_input': '70000\n',
      'class/hwmon/hwmon1/temp2_label': 'Package id 0\n',
      'class/thermal/thermal_zone0/type': 'cpu-thermal\n',
      'class/thermal/thermal_zone0/temp': '48312\n',
    };
    expect(readTemperatures(sys(files))).toEqual({
      lm75: 30.5,
      lm75_2: -4.2,
      lm75_package_id_0: 70,
      cpu_thermal: 48.3,
    });
  });

  it('leave out what cannot be read, and are empty where there is nothing', () => {
    const files = {
      'bus/iio/devices/iio:device0/name': 'xadc\n',
      'bus/iio/devices/iio:device0/in_temp0_raw': 'busy\n',
      'class/hwmon/hwmon0/temp1_input': '\n',
      'class/thermal/thermal_zone0/type': 'soc\n',
    };
    expect(readTemperatures(sys(files))).toEqual({});
    expect(readTemperatures(sys({}))).toEqual({});
  });
});
