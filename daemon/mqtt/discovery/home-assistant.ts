/**
 * Home Assistant's device discovery: one message that describes the device and all its entities.
 * Source: Home Assistant documentation, "MQTT: Discovery messages", device discovery payload.
 */
export interface HomeAssistantFacts {
  readonly device: string;
  /** The name that people see. */
  readonly name: string;
  readonly version: string;
  readonly host: string;
  /** Topic of this device by its last part. */
  readonly topic: (name: string) => string;
  /** Kinds of camera that can be chosen. */
  readonly cameras: readonly string[];
  /** Sensors of `health.machine.temperaturesC`. */
  readonly temperatures: readonly string[];
  /** Commands are obeyed here. */
  readonly remote: boolean;
  /** There is a place for models. */
  readonly models: boolean;
}

type Component = Readonly<Record<string, unknown>>;

/** Where the message belongs. */
export function discoveryTopic(prefix: string, device: string): string {
  return `${prefix}/device/zynqnetd_${device}/config`;
}

export function discoveryMessage(facts: HomeAssistantFacts): Record<string, unknown> {
  const { device, name, version, host, topic } = facts;
  const components = { ...sensors(facts), ...(facts.remote ? controls(facts) : {}) };
  return {
    dev: {
      ids: [`zynqnetd_${device}`],
      name,
      mf: 'zynqnetd',
      mdl: 'Camera classifier',
      sw: version,
      hw: host,
      sn: device,
    },
    o: { name: 'zynqnetd', sw: version },
    avty: [
      {
        t: topic('status'),
        val_tpl: "{{ 'online' if value_json.state in ['init', 'online'] else 'offline' }}",
      },
    ],
    cmps: Object.fromEntries(
      Object.entries(components).map(([key, component]) => [
        key,
        { uniq_id: `zynqnetd_${device}_${key}`, ...component },
      ]),
    ),
    qos: 1,
  };
}

function sensors({ topic, temperatures }: HomeAssistantFacts): Record<string, Component> {
  const health = (value: string): Component => ({ stat_t: topic('health'), val_tpl: `{{ ${value} }}` });
  const diagnostic = { ent_cat: 'diagnostic' };
  const temperature = (sensor: string): [string, Component] => [
    `temperature_${sensor.replace(/[^A-Za-z0-9]+/g, '_')}`,
    {
      p: 'sensor',
      name: `Temperature ${sensor}`,
      dev_cla: 'temperature',
      stat_cla: 'measurement',
      unit_of_meas: '°C',
      ...health(`value_json.machine.temperaturesC['${sensor.replace(/[^A-Za-z0-9_.-]/g, '')}']`),
      ...diagnostic,
    },
  ];
  return {
    class: {
      p: 'sensor',
      name: 'Class',
      ic: 'mdi:sign-caution',
      stat_t: topic('class'),
      val_tpl: "{{ value_json.label if value_json.label else 'none' }}",
      json_attr_t: topic('class'),
    },
    probability: {
      p: 'sensor',
      name: 'Probability',
      ic: 'mdi:percent',
      stat_t: topic('class'),
      val_tpl: '{{ (value_json.probability * 100) | round(1) if value_json.label else 0 }}',
      unit_of_meas: '%',
      stat_cla: 'measurement',
    },
    frames_per_second: {
      p: 'sensor',
      name: 'Frames per second',
      unit_of_meas: 'frames/s',
      stat_cla: 'measurement',
      ...health('value_json.framesPerSecond'),
      ...diagnostic,
    },
    latency: {
      p: 'sensor',
      name: 'Latency',
      dev_cla: 'duration',
      unit_of_meas: 'ms',
      stat_cla: 'measurement',
      ...health('value_json.latencyMs.total.p95'),
      ...diagnostic,
    },
    ...Object.fromEntries(temperatures.map(temperature)),
    status: {
      p: 'sensor',
      name: 'Status',
      stat_t: topic('status'),
      val_tpl: '{{ value_json.state }}',
      ...diagnostic,
    },
    activity: {
      p: 'sensor',
      name: 'Activity',
      stat_t: topic('activity'),
      val_tpl: '{{ value_json.state }}',
      ...diagnostic,
    },
    problem: {
      p: 'binary_sensor',
      name: 'Problem',
      dev_cla: 'problem',
      stat_t: topic('health'),
      val_tpl: "{{ 'ON' if value_json.alerts else 'OFF' }}",
      ...diagnostic,
    },
    snapshot: { p: 'camera', name: 'Snapshot', t: topic('image') },
  };
}

/** Every control sends what a person would: a patch, or a command. */
function controls({ topic, cameras, models }: HomeAssistantFacts): Record<string, Component> {
  const config = { ent_cat: 'config' };
  const setting = (value: string, patch: string): Component => ({
    stat_t: topic('config'),
    val_tpl: `{{ value_json.config.${value} }}`,
    cmd_t: topic('config/set'),
    cmd_tpl: `{"id":"home-assistant","patch":${patch}}`,
    ...config,
  });
  return {
    threshold: {
      p: 'number',
      name: 'Threshold',
      min: 0,
      max: 1,
      step: 0.01,
      mode: 'slider',
      ...setting('classify.threshold', '{"classify":{"threshold":{{ value }}}}'),
    },
    camera: {
      p: 'select',
      name: 'Camera',
      ops: [...cameras],
      ...setting('camera.source', '{"camera":{"source":"{{ value }}"}}'),
    },
    ...(models
      ? {
          model: {
            p: 'update',
            name: 'Model',
            stat_t: topic('model/status'),
            val_tpl:
              "{{ {'installed_version': value_json.active.sha256[:8] if value_json.active else 'none'," +
              " 'latest_version': value_json.latest.sha256[:8] if value_json.latest else 'none'," +
              " 'title': value_json.latest.name if value_json.latest else 'none'," +
              " 'in_progress': value_json.state in ['downloading', 'verifying', 'activating']," +
              " 'update_percentage': value_json.percent if value_json.state == 'downloading' else none} | to_json }}",
            cmd_t: topic('command/model/activate'),
            pl_inst: '{"id":"home-assistant","model":"latest"}',
            ...config,
          },
        }
      : {}),
    take_snapshot: button('Take a snapshot', 'mdi:camera', topic('command/snapshot')),
    restart: { ...button('Restart', 'mdi:restart', topic('command/restart')), dev_cla: 'restart', ...config },
  };
}

const button = (name: string, icon: string, commandTopic: string): Component => ({
  p: 'button',
  name,
  ic: icon,
  cmd_t: commandTopic,
  pl_prs: '{"id":"home-assistant"}',
});
