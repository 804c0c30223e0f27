// What the daemon does on the board: frames, the accelerator, results, interrupts, figures, remote configuration.
import { readFileSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { device } from '../board.mjs';
import { root, work } from '../files.mjs';
import { pictureCount } from '../pictures.mjs';
import { eventually, mustRun } from '../process.mjs';

const installed = { needs: ['the installer installs the bundle over ssh'] };

/** Interrupts that the kernel has counted for the accelerator. */
async function interruptsOf(guest) {
  const line = await guest.sh("grep 'zynqnetd$' /proc/interrupts");
  return Number(line.trim().split(/\s+/)[1]);
}

/**
 * The board's answers for the pictures of its folder camera against those of this machine's CPU engine: same preprocessing,
 * same model. Each of these must come, and from then on nothing else (a frame of the camera before may still be under way).
 */
async function compareWithCpu(board, model = []) {
  const script = join(root, 'test/board/cpu-answers.mjs');
  const args = [script, board.parts.pictures, ...model];
  const expected = JSON.parse(await mustRun(process.execPath, args, { seconds: 300, cwd: root })).map((top) =>
    JSON.stringify(top),
  );
  const seen = () =>
    board.broker.messages
      .filter(({ topic, payload }) => topic.endsWith('/result') && payload.backend.startsWith('fpga'))
      .map(({ payload }) => JSON.stringify(payload.top));
  await eventually('the expected result for every picture', board.seconds(90), () => {
    const missing = expected.filter((top) => !seen().includes(top));
    if (missing.length > 0) throw new Error(`missing ${missing.join(' ')}; it said ${[...new Set(seen())].join(' ')}`);
    return true;
  });
  const wrong = seen()
    .slice(-pictureCount)
    .filter((top) => !expected.includes(top));
  if (wrong.length > 0) throw new Error(`the board also said ${wrong.join(' ')}`);
  return `${expected.length} pictures`;
}

export async function proveResults(report, board) {
  const { guest, broker } = board;
  await report.row(
    "frames of the kernel's camera run on the accelerator; results reach the broker",
    async () => {
      const result = await broker.message('a result', '/result', board.seconds(90));
      if (!result.backend.startsWith('fpga-zybo')) throw new Error(JSON.stringify(result));
      const log = await guest.sh("grep -o 'camera delivers\\|YUYV [^\"]*' /var/log/zynqnetd.log | head -n 1");
      return `${result.backend}, ${log}: ${result.top[0].label} ${result.top[0].probability}`;
    },
    installed,
  );
  const running = { needs: ["frames of the kernel's camera run on the accelerator; results reach the broker"] };
  await report.row(
    'figures',
    async () => {
      const before = await board.guest.accelerator.tell('stats');
      const count = 3;
      const after = await eventually('three frames', board.seconds(60), async () => {
        const stats = await board.guest.accelerator.tell('stats');
        return stats.starts >= before.starts + count ? stats : undefined;
      });
      const frames = after.starts - before.starts;
      const perFrame = (after.instructions - before.instructions) / frames / 1e6;
      const rss = Number(/VmRSS:\s+(\d+)/.exec(await guest.sh('cat /proc/$(pidof node)/status'))?.[1]) / 1024;
      const cycles = (after.cycles - before.cycles) / frames;
      return [
        `resident memory ${rss.toFixed(0)} MiB`,
        `${perFrame.toFixed(1)} million instructions a frame, kernel and camera included`,
        `${Math.round(cycles).toLocaleString('en')} cycles a frame in the RTL, register accesses included`,
      ].join('\n');
    },
    running,
  );
  await report.row(
    'the kernel counts the interrupts',
    async () => {
      // Stopping between two frames: both counts are read until they agree.
      return eventually('the same count on both sides', board.seconds(20), async () => {
        const raised = (await guest.accelerator.tell('stats')).interrupts;
        const counted = await interruptsOf(guest);
        const still = (await guest.accelerator.tell('stats')).interrupts;
        return raised === still && counted === raised && counted > 5
          ? `${counted} raised, ${counted} in /proc/interrupts`
          : undefined;
      });
    },
    running,
  );
  await report.row(
    "pictures of a folder: the accelerator's results equal the CPU engine's, byte for byte",
    async () => {
      broker.forget();
      const patch = { camera: { source: 'files' } };
      const answer = await broker.ask(device, 'config/set', { patch }, board.seconds(60));
      if (answer.status !== 'ok') throw new Error(JSON.stringify(answer));
      return compareWithCpu(board);
    },
    running,
  );
  await report.row(
    'config/set changes the threshold',
    async () => {
      const answer = await broker.ask(
        device,
        'config/set',
        { patch: { classify: { threshold: 0.875 } } },
        board.seconds(60),
      );
      if (answer.status !== 'ok') throw new Error(JSON.stringify(answer));
      return `revision ${answer.revision}`;
    },
    running,
  );
  await report.row(
    'a daemon that is killed comes back',
    async () => {
      const before = await guest.sh('pidof node');
      await guest.sh(`kill -9 ${before}`);
      return eventually('another process', board.seconds(10), async () => {
        const now = (await guest.run('pidof node')).stdout.trim();
        return now !== '' && now !== before ? `process ${before}, then ${now}` : undefined;
      });
    },
    installed,
  );
}

/** The whole ZynqNet: in RTL a frame would take minutes, so the functional simulator, in C++ and bit for bit the same, is the FPGA. */
export async function proveFullNetwork(report, board) {
  await report.row(
    "the full ZynqNet on the functional simulator: the results equal the CPU engine's, byte for byte",
    async () => {
      const file = join(work, 'full.zqn');
      await mustRun(process.execPath, [join(root, 'test/board/full-network.mjs'), file], { cwd: root });
      await board.guest.sh('mkdir -p /srv/models && cat > /srv/models/full.zqn', { input: readFileSync(file) });
      const config = '/etc/zynqnetd/zynqnetd.yaml';
      await board.guest.sh(`sed -i 's/timeoutMs: 5000/timeoutMs: 120000/' ${config}`);
      await board.guest.sh(`printf 'model:\\n  file: /srv/models/full.zqn\\n' >> ${config} && sync`);
      await board.powerCycle(undefined, 'functional');
      const result = await compareWithCpu(board, [file]);
      await board.guest.sh(`sed -i '/^model:/,$d' ${config} && sync`);
      const { model } = board.broker.messages.findLast(({ topic }) => topic.endsWith('/result')).payload;
      if (model.name !== 'zynqnet') throw new Error(`the model was ${model.name}`);
      return `${result}, ${(statSync(file).size / 1e6).toFixed(1)} MB of weights`;
    },
    installed,
  );
}
