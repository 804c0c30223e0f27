// The installer against a board that runs: what it refuses, what it puts there.
import { readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { device } from '../board.mjs';
import { work } from '../files.mjs';
import { makeBundle, makeNextBundle } from '../prepare.mjs';
import { eventually } from '../process.mjs';

const installed = { needs: ['the installer installs the bundle over ssh'] };

/** The board's own configuration, which the installer must keep. Time limits are for an emulated board. */
const configuration = `# written before zynqnetd came
device:
  id: ${device}
  stateFolder: /var/lib/zynqnetd
camera:
  source: v4l2
  stallSeconds: 600
  v4l2: { width: 320, height: 180, framesPerSecond: 2 }
  files: { path: /srv/pictures, framesPerSecond: 0.5, loop: true }
engine:
  accelerator: { timeoutMs: 120000 }
  recovery: { stepSeconds: 300 }
limits: { inferenceMs: 300000, preprocessMs: 300000, shutdownMs: 10000 }
classify: { frames: 1 }
remote: { trialFrames: 1, trialSeconds: 600 }
mqtt:
  connectTimeoutSeconds: 60
log: { format: json, level: debug }
`;

/** Where the daemon's own user may read them. */
async function sendPictures(guest, folder) {
  for (const name of readdirSync(folder)) {
    await guest.sh(`mkdir -p /srv/pictures && cat > /srv/pictures/${name}`, {
      input: readFileSync(join(folder, name)),
    });
  }
}

async function refused(board, args, code, options) {
  const { code: status, stdout, stderr } = await board.install(args, options);
  if (status === 0 || !stderr.includes(code)) throw new Error(`expected ${code}, got ${status}: ${stdout}${stderr}`);
  return stderr
    .trim()
    .split('\n')
    .find((line) => line.includes(code));
}

async function proveReproducible(report, parts) {
  await report.row('the bundle made a second time: byte-identical', async () => {
    const [first, second] = [readFileSync(parts.bundle), readFileSync(await makeBundle('again'))];
    if (!first.equals(second)) throw new Error(`${first.length} and ${second.length} bytes differ`);
    return `${(first.length / 2 ** 20).toFixed(1)} MiB, quickly compressed`;
  });
}

export async function proveInstallation(report, board) {
  const { parts, broker } = board;
  const sh = (...args) => board.guest.sh(...args);
  await report.row('the kernel boots with our device tree fragment', async () => {
    const names = await sh('cat /sys/class/uio/uio0/name /sys/class/uio/uio0/maps/map*/size; uname -r');
    if (!names.startsWith('zynqnetd\n0x00010000\n0x02000000')) throw new Error(names);
    return `${names.split('\n').pop()}, ${board.guest.bootSeconds.toFixed(1)} s to the services; UIO device zynqnetd with 32 MiB of DMA memory`;
  });
  await report.row('without an ssh key: refused', () =>
    refused(board, ['--check'], 'INSTALL_SSH_KEY', { withKey: false }),
  );
  await report.row('a truncated bundle: refused', () => {
    const file = join(work, 'truncated.tar.zst');
    const whole = readFileSync(parts.bundle);
    writeFileSync(file, whole.subarray(0, Math.floor(whole.length / 2)));
    return refused(board, ['--bundle', file], 'INSTALL_BUNDLE');
  });
  await report.row("another board's bitstream: refused", () =>
    refused(board, ['--bundle', parts.bundle, '--bitstream', parts.bitstreams.zc706], 'INSTALL_BITSTREAM'),
  );
  if (!parts.bundleGiven) await proveReproducible(report, parts);
  await report.row('the installer installs the bundle over ssh', async () => {
    await sendPictures(board.guest, parts.pictures);
    await sh('mkdir -p /etc/zynqnetd && cat > /etc/zynqnetd/zynqnetd.yaml', { input: configuration });
    const args = [
      '--bundle',
      parts.bundle,
      '--bitstream',
      parts.bitstreams.zybo,
      '--broker',
      `mqtt://10.0.2.2:${broker.port}`,
    ];
    const { code, stdout, stderr } = await board.install(args);
    if (code !== 0) throw new Error(`${stdout}${stderr}`);
    return stdout.trim();
  });
  await report.row(
    'the configuration was kept, but for the broker',
    async () => {
      const text = await sh('cat /etc/zynqnetd/zynqnetd.yaml');
      if (!text.startsWith('# written before') || !text.includes(`10.0.2.2:${broker.port}`)) throw new Error(text);
    },
    installed,
  );
  await report.row(
    'the daemon runs as its own user, with just its devices',
    async () => {
      const user = await sh('stat -c %U /proc/$(pidof node) && ls -l /dev/uio0 && ls -l /dev/mem');
      if (!/^zynqnetd\ncrw-rw---- .* root +zynqnetd .*\ncrw-.----/.test(user)) throw new Error(user);
      return user;
    },
    installed,
  );
}

/** Takes minutes: three starts of the daemon. */
export async function proveUpdate(report, board) {
  const { parts, broker } = board;
  await report.row(
    'a power cut during an update: the old version runs, the same command completes, one command goes back',
    async () => {
      const currentId = async () => (await board.guest.sh('readlink /opt/zynqnetd/current')).replace('versions/', '');
      const old = await currentId();
      const next = await makeNextBundle(parts.bundle);
      const update = board.install(['--bundle', next.file]);
      const arriving = () => board.guest.sh('ls -d /opt/zynqnetd/versions/.staging-*/app');
      await eventually('half an update', board.seconds(60), arriving, 200);
      await board.powerCycle();
      const cut = await update;
      if (cut.code === 0) throw new Error('the update was through before the cut');
      if ((await currentId()) !== old) throw new Error(`after the cut ${await currentId()} was current`);
      await broker.message('a result of the old version', '/result', board.seconds(120));
      const { instructions } = await board.guest.accelerator.tell('stats');
      const firstResult = `from power on to the first result: ${(instructions / 1e9).toFixed(1)} thousand million instructions`;
      const again = await board.install(['--bundle', next.file]);
      if (again.code !== 0 || (await currentId()) !== next.id) throw new Error(`${again.stdout}${again.stderr}`);
      const back = await board.install(['--rollback']);
      if (back.code !== 0 || (await currentId()) !== old) throw new Error(`${back.stdout}${back.stderr}`);
      return `${firstResult}\n${cut.stderr.trim().split('\n').pop()}\n${again.stdout.trim().split('\n').at(-2)}\n${back.stdout.trim()}`;
    },
    installed,
  );
}
