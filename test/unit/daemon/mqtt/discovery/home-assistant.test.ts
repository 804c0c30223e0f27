import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { discoveryMessage, discoveryTopic } from '../../../../../daemon/mqtt/discovery/home-assistant.js';

/**
 * What Home Assistant documents for device discovery and for the entities that are used here: short names with what they
 * stand for, and the keys that each kind of entity takes.
 */
const shortNames: Record<string, string> = {
  avty: 'availability',
  cmd_t: 'command_topic',
  cmd_tpl: 'command_template',
  dev_cla: 'device_class',
  ent_cat: 'entity_category',
  ic: 'icon',
  json_attr_t: 'json_attributes_topic',
  ops: 'options',
  p: 'platform',
  pl_inst: 'payload_install',
  pl_prs: 'payload_press',
  stat_cla: 'state_class',
  stat_t: 'state_topic',
  t: 'topic',
  uniq_id: 'unique_id',
  unit_of_meas: 'unit_of_measurement',
  val_tpl: 'value_template',
};
const common =
  'platform name unique_id icon entity_category device_class enabled_by_default json_attributes_topic'.split(' ');
const platforms: Record<string, { needs: string[]; takes: string[] }> = {
  sensor: { needs: ['state_topic'], takes: ['value_template', 'unit_of_measurement', 'state_class'] },
  binary_sensor: { needs: ['state_topic'], takes: ['value_template', 'payload_on', 'payload_off'] },
  camera: { needs: ['topic'], takes: ['image_encoding'] },
  number: {
    needs: ['command_topic'],
    takes: ['state_topic', 'value_template', 'command_template', 'min', 'max', 'step', 'mode'],
  },
  select: { needs: ['command_topic', 'options'], takes: ['state_topic', 'value_template', 'command_template'] },
  update: { needs: ['state_topic'], takes: ['value_template', 'command_topic', 'payload_install', 'title'] },
  button: { needs: ['command_topic'], takes: ['payload_press', 'command_template'] },
};

const facts = {
  device: 'board',
  name: 'Gate',
  version: '1.2.3',
  host: 'zybo',
  topic: (name: string) => `zynqnet/board/${name}`,
  cameras: ['scene', 'v4l2'],
  temperatures: ['xadc', 'cpu thermal'],
  remote: true,
  models: true,
};

type Component = Record<string, unknown>;
const long = (component: Component): Component =>
  Object.fromEntries(Object.entries(component).map(([key, value]) => [shortNames[key] ?? key, value]));
const message = discoveryMessage(facts);
const components = Object.entries(message.cmps as Record<string, Component>).map(
  ([key, value]) => [key, long(value)] as const,
);

/** An example of a topic's payload, from the page that documents it. */
function example(topic: string): unknown {
  const page = readFileSync(new URL('../../../../../docs/topics.md', import.meta.url), 'utf8');
  const section = page.slice(page.indexOf(`\n## ${topic}\n`));
  return JSON.parse(/```json\n([\s\S]*?)```/.exec(section)?.[1] ?? 'null');
}

describe('the discovery message', () => {
  it('is one for the device, with what Home Assistant requires of it', () => {
    expect(discoveryTopic('homeassistant', 'board')).toBe('homeassistant/device/zynqnetd_board/config');
    expect(Object.keys(message).sort()).toEqual(['avty', 'cmps', 'dev', 'o', 'qos']);
    expect(message.dev).toMatchObject({ ids: ['zynqnetd_board'], name: 'Gate' });
    expect(message.o).toMatchObject({ name: 'zynqnetd' });
    expect(JSON.stringify(message)).not.toMatch(/object_id|obj_id/);
  });

  it('has every entity that was promised', () => {
    const kinds = Object.fromEntries(components.map(([key, { platform }]) => [key, platform]));
    expect(kinds).toMatchObject({
      class: 'sensor',
      probability: 'sensor',
      frames_per_second: 'sensor',
      latency: 'sensor',
      temperature_xadc: 'sensor',
      temperature_cpu_thermal: 'sensor',
      status: 'sensor',
      problem: 'binary_sensor',
      snapshot: 'camera',
      model: 'update',
      threshold: 'number',
      camera: 'select',
      restart: 'button',
    });
  });

  it.each(components)('%s has the keys of its platform, and no others', (_, component) => {
    const platform = platforms[String(component.platform)];
    expect(platform).toBeDefined();
    for (const key of [...(platform?.needs ?? []), 'unique_id', 'platform']) expect(component).toHaveProperty(key);
    const known = new Set([...common, ...(platform?.needs ?? []), ...(platform?.takes ?? [])]);
    expect(Object.keys(component).filter((key) => !known.has(key))).toEqual([]);
  });

  it('gives each entity an id of its own', () => {
    const ids = components.map(([, { unique_id: id }]) => id);
    expect(new Set(ids).size).toBe(ids.length);
  });

  it.each(components.filter(([, { value_template: template }]) => template !== undefined))(
    '%s reads what its topic really holds',
    (_, { state_topic: topic, value_template: template }) => {
      const payload = example(String(topic).slice('zynqnet/board/'.length));
      const paths = [...String(template).matchAll(/value_json((?:\.[A-Za-z0-9_]+)+)/g)].map(([, path = '']) =>
        path.slice(1),
      );
      expect(paths.length).toBeGreaterThan(0);
      for (const path of paths) {
        const value = path
          .split('.')
          .reduce<unknown>((inner, name) => (inner as Record<string, unknown>)?.[name], payload);
        expect(value, `${topic}: ${path}`).toBeDefined();
      }
    },
  );

  it.each(components.filter(([, { command_topic: topic }]) => topic !== undefined))('%s sends JSON', (_, component) => {
    const { command_template: template, payload_press: press, payload_install: install, options } = component;
    const value = Array.isArray(options) ? String(options[0]) : '0.25';
    const text = String(template ?? press ?? install).replace('{{ value }}', value);
    expect(JSON.parse(text)).toHaveProperty('id');
  });

  it('has no controls where messages are not obeyed', () => {
    const { cmps } = discoveryMessage({ ...facts, remote: false });
    expect(Object.values(cmps as Record<string, Component>).some(({ cmd_t: topic }) => topic !== undefined)).toBe(
      false,
    );
  });
});
