import { describe, expect, it } from 'vitest';
import { type Board, Directory } from '../../../../daemon/mqtt/clients/directory.js';
import { type Outcome, type RolloutPlan, rollOut } from '../../../../daemon/mqtt/clients/rollout.js';
import { configValue, groupsOf, selectBoards } from '../../../../daemon/mqtt/clients/select-boards.js';

const board = (device: string, groups: string[] = []): Board => ({
  device,
  state: 'online',
  config: { device: { groups } },
  alerts: new Set(),
});

describe('the directory', () => {
  const take = (directory: Directory, topic: string, data: unknown) =>
    directory.take(topic, Buffer.from(typeof data === 'string' ? data : JSON.stringify(data)));

  it('knows boards from what they have published, below a base topic of any depth', () => {
    const directory = new Directory('site/a');
    take(directory, 'site/a/b2/status', { state: 'online', session: 's' });
    take(directory, 'site/a/b1/config', { revision: 7, config: { classify: { topK: 3 } }, changes: {} });
    take(directory, 'site/a/b1/alert/camera', { id: 'camera' });
    take(directory, 'site/b/b3/status', { state: 'online', session: 's' });
    expect(directory.boards).toMatchObject([
      { device: 'b1', state: 'unknown', revision: 7, config: { classify: { topK: 3 } } },
      { device: 'b2', state: 'online' },
    ]);
    expect([...(directory.board('b1')?.alerts ?? [])]).toEqual(['camera']);
    take(directory, 'site/a/b1/alert/camera', '');
    expect(directory.board('b1')?.alerts.size).toBe(0);
  });

  it('understands boards of a later version, which say more', () => {
    const directory = new Directory('zynqnet');
    take(directory, 'zynqnet/x/status', { state: 'resting', session: 's', until: 'six' });
    take(directory, 'zynqnet/x/info', { version: '9', model: { name: 'm', size: 1 }, backend: 'fpga', moon: 'full' });
    take(directory, 'zynqnet/x/health', { framesPerSecond: 3, camera: { state: 'streaming', lens: 2 } });
    expect(directory.board('x')).toMatchObject({
      state: 'resting',
      info: { version: '9' },
      health: { framesPerSecond: 3 },
    });
  });

  it('is settled when nothing new comes, though boards go on talking', async () => {
    const directory = new Directory('zynqnet');
    const talk = setInterval(() => take(directory, 'zynqnet/x/status', { state: 'online', session: 's' }), 5);
    await directory.settled(50, 1e9);
    clearInterval(talk);
    expect(directory.boards).toHaveLength(1);
  });

  it('passes over what no board of ours says', () => {
    const directory = new Directory('zynqnet');
    take(directory, 'zynqnet/group/status', { state: 'online', session: 's' });
    take(directory, 'zynqnet/x/status', 'online');
    take(directory, 'zynqnet/x/status', '{"state":3}');
    take(directory, 'zynqnet/x/config', '{"revision":"one"}');
    take(directory, 'zynqnet/x/config', 'null');
    take(directory, 'zynqnet/x/config/schema', '{}');
    take(directory, 'zynqnet/x/info', '[]');
    expect(directory.boards).toEqual([]);
  });
});

describe('choosing boards', () => {
  const boards = [board('a1', ['north']), board('a2'), board('b1', ['north', 'test'])];
  const names = (chosen: Board[]) => chosen.map(({ device }) => device);

  it('goes by name, with * for anything, and by group', () => {
    expect(names(selectBoards(boards, { devices: [] }))).toEqual(['a1', 'a2', 'b1']);
    expect(names(selectBoards(boards, { devices: ['a*'] }))).toEqual(['a1', 'a2']);
    expect(names(selectBoards(boards, { devices: ['a2', 'b1'] }))).toEqual(['a2', 'b1']);
    expect(names(selectBoards(boards, { devices: ['a*'], group: 'north' }))).toEqual(['a1']);
    expect(names(selectBoards(boards, { devices: ['.*'] }))).toEqual([]);
  });

  it('reads configurations by dotted key', () => {
    expect(groupsOf(board('x', ['g']))).toEqual(['g']);
    expect(groupsOf({ device: 'x', state: 'online', alerts: new Set() })).toEqual([]);
    expect(configValue({ a: { b: null } }, 'a.b')).toBeNull();
    expect(configValue({ a: { b: 1 } }, 'a.b.c')).toBeUndefined();
    expect(configValue({}, 'constructor.name')).toBeUndefined();
  });
});

describe('a rollout', () => {
  async function run(
    plan: Partial<RolloutPlan>,
    bad: string[],
    options: { unwell?: string[]; cancelAfter?: number } = {},
  ) {
    const asked: string[] = [];
    const told: Outcome[] = [];
    let atWork = 0;
    let mostAtWork = 0;
    const result = await rollOut(
      { canaries: ['c'], rest: ['1', '2', '3', '4', '5'], parallel: 1, maxFailures: 0, ...plan },
      {
        async apply(device) {
          asked.push(device);
          atWork += 1;
          mostAtWork = Math.max(mostAtWork, atWork);
          await new Promise((resolve) => setImmediate(resolve));
          atWork -= 1;
          if (bad.includes(device)) throw new Error('refused');
          return device !== '2'; // it was so already
        },
        unwell: async (device) => (options.unwell?.includes(device) ? 'an alert' : undefined),
        progress: (outcome) => told.push(outcome),
        cancelled: () => asked.length >= (options.cancelAfter ?? Number.POSITIVE_INFINITY),
      },
    );
    return { asked, told, mostAtWork, ...result };
  }

  it('goes to the canary, then to the rest', async () => {
    const { asked, untouched, told } = await run({}, []);
    expect(asked).toEqual(['c', '1', '2', '3', '4', '5']);
    expect(untouched).toEqual([]);
    expect(told.map(({ device }) => device)).toEqual(asked);
    expect(told.map(({ changed }) => changed)).toEqual([true, true, false, true, true, true]);
  });

  it('touches no other board when the canary refuses, or is unwell afterwards', async () => {
    const refused = await run({}, ['c']);
    expect(refused.asked).toEqual(['c']);
    expect(refused.untouched).toEqual(['1', '2', '3', '4', '5']);
    const unwell = await run({}, [], { unwell: ['c'] });
    // It has the change all the same: there is something to take back.
    expect(unwell.outcomes).toMatchObject([{ device: 'c', ok: false, changed: true, message: 'an alert' }]);
    expect(refused.outcomes).toMatchObject([{ device: 'c', ok: false, changed: false }]);
    expect(unwell.asked).toEqual(['c']);
  });

  it('stops beyond the failures that are allowed', async () => {
    expect((await run({}, ['2'])).untouched).toEqual(['3', '4', '5']);
    expect((await run({ maxFailures: 1 }, ['2'])).untouched).toEqual([]);
    expect((await run({ maxFailures: 1 }, ['1', '2'])).untouched).toEqual(['3', '4', '5']);
  });

  it('asks no more boards at a time than it may', async () => {
    expect((await run({ parallel: 2 }, [])).mostAtWork).toBe(2);
    expect((await run({ parallel: 50 }, [])).mostAtWork).toBe(5);
  });

  it('ends when it is cancelled, and says whom it has not asked', async () => {
    const { asked, untouched } = await run({}, [], { cancelAfter: 3 });
    expect(asked).toEqual(['c', '1', '2']);
    expect(untouched).toEqual(['3', '4', '5']);
  });
});
