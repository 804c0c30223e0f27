import { pause, type Rig } from './rig.js';

export interface Fault {
  readonly name: string;
  /** Service must be back this soon. */
  readonly limitSeconds: number;
  /** Breaks something, and repairs it as the world would. */
  strike(rig: Rig, holdMs: number): Promise<void>;
  /**
   * How service is known to be back. `next result`: the first of a frame that was captured after the fault's end. `longest gap`: the daemon repairs it by
   * itself, so what counts is how long no result came. A function: until it is fulfilled.
   */
  readonly back: 'next result' | 'longest gap' | ((rig: Rig) => Promise<unknown>);
  readonly needsDisk?: true;
}

const engine = (name: string, what: string, limitSeconds: number): Fault => ({
  name,
  limitSeconds,
  back: 'longest gap',
  async strike(rig, holdMs) {
    rig.tell({ engine: what });
    await pause(holdMs);
    rig.tell({ engine: 'good' });
    // With the CPU as its fallback the daemon comes back to the engine by itself.
    while (rig.health?.engine.state !== 'serving' || rig.health.engine.backend !== 'faulty') await pause(100);
  },
});

const clock = (name: string, clockMs: number): Fault => ({
  name,
  limitSeconds: 3,
  back: 'longest gap',
  async strike(rig, holdMs) {
    rig.tell({ clockMs });
    await pause(holdMs);
  },
});

const year = 365 * 24 * 3_600_000;

/** In an order that keeps the camera's faults apart: one that streamed for ten seconds is tried again soon. */
export const faults: readonly Fault[] = [
  {
    name: 'broker killed',
    limitSeconds: 6,
    back: 'next result',
    async strike(rig, holdMs) {
      await rig.broker.kill();
      await pause(holdMs);
      await rig.launchBroker();
    },
  },
  {
    name: 'camera stalled',
    limitSeconds: 20,
    back: 'next result',
    async strike(rig, holdMs) {
      rig.camera.fault = 'stalled';
      await pause(holdMs);
      rig.camera.fault = 'none';
    },
  },
  engine('engine fails once', 'error-once', 2),
  engine('engine fails', 'error-until-reset', 4),
  engine('engine hangs', 'hang-until-reset', 6),
  {
    name: 'camera unplugged',
    limitSeconds: 20,
    back: 'next result',
    async strike(rig, holdMs) {
      await rig.camera.unplug();
      await pause(holdMs);
      await rig.camera.plug();
    },
  },
  {
    name: 'broker paused (SIGSTOP)',
    limitSeconds: 8,
    back: 'next result',
    async strike(rig, holdMs) {
      rig.broker.signal('SIGSTOP');
      await pause(holdMs + 3500); // beyond one and a half keep-alives
      rig.broker.signal('SIGCONT');
    },
  },
  engine('engine hangs until reloaded', 'hang-until-reload', 8),
  {
    name: 'camera sends garbage',
    limitSeconds: 20,
    back: 'next result',
    async strike(rig, holdMs) {
      rig.camera.fault = 'garbage';
      await pause(holdMs);
      rig.camera.fault = 'none';
    },
  },
  {
    name: 'disk full',
    limitSeconds: 10,
    needsDisk: true,
    async strike(rig, holdMs) {
      const free = rig.fillDisk();
      try {
        const { status } = await rig.configure({ classify: { topK: 2 } });
        if (status === 'ok') throw new Error('a change was accepted that cannot have been kept');
        await pause(Math.max(holdMs, 1500));
        if (performance.now() - rig.lastResultMs > 1500) throw new Error('results stopped while the disk was full');
      } finally {
        free();
      }
    },
    async back(rig) {
      const { status, message } = await rig.configure({ classify: { topK: 3 } });
      if (status !== 'ok') throw new Error(`still refused: ${message}`);
    },
  },
  {
    name: 'broker refuses the password',
    limitSeconds: 6,
    back: 'next result',
    async strike(rig, holdMs) {
      rig.setUsers('listener');
      await rig.broker.kill();
      await rig.launchBroker();
      await pause(holdMs);
      rig.setUsers('all');
      rig.broker.signal('SIGHUP');
    },
  },
  {
    name: 'camera sends cut pictures',
    limitSeconds: 5,
    back: 'next result',
    async strike(rig, holdMs) {
      rig.camera.fault = 'cut';
      await pause(holdMs);
      rig.camera.fault = 'none';
    },
  },
  engine('engine dead: the CPU takes over', 'dead', 4),
  clock('clock jumps a year ahead', year),
  clock('clock jumps a year back', 0),
];
