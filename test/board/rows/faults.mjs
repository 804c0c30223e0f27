// Power cuts and broken accelerators: each gives its own clear error, and the CPU goes on meanwhile.
import { device } from '../board.mjs';

const installed = { needs: ['the installer installs the bundle over ssh'] };

/** The daemon's alert about its engine, once it says what `pattern` matches. */
async function alert(board, pattern, seconds) {
  const says = (payload) => pattern.test(payload?.message ?? '');
  const { message } = await board.broker.message(`an alert like ${pattern}`, '/alert/engine', seconds, says);
  return message;
}

/** A frame that the CPU has classified meanwhile. */
function onCpu(board, seconds) {
  return board.broker.message('a result of the CPU engine', '/result', seconds, ({ backend }) =>
    /^(neon|scalar)/.test(backend),
  );
}

export async function proveFaults(report, board) {
  await report.row(
    'after a hard power-off the threshold is still set',
    async () => {
      await board.powerCycle();
      await board.guest.accelerator.tell('id 5a4e4132');
      const config = await board.broker.message('the configuration', `${device}/config`, board.seconds(120));
      const threshold = (config.config ?? config.effective ?? config).classify?.threshold;
      if (threshold !== 0.875) throw new Error(`it is ${threshold}: ${JSON.stringify(config).slice(0, 500)}`);
    },
    { needs: ['config/set changes the threshold'] },
  );
  await report.row(
    'another bitstream: named, nothing written to it, the CPU runs',
    async () => {
      const text = await alert(board, /0x5a4e4132 instead of 0x5a4e4131/, board.seconds(120));
      await onCpu(board, board.seconds(60));
      const { starts } = await board.guest.accelerator.tell('stats');
      if (starts !== 0) throw new Error(`${starts} lists were started`);
      return text;
    },
    { needs: ['after a hard power-off the threshold is still set'] },
  );
  await report.row(
    'no DMA memory in the device tree: named, the CPU runs',
    async () => {
      await board.powerCycle(board.parts.trees.withoutMemory);
      const text = await alert(board, /no u-dma-buf named/, board.seconds(150));
      await onCpu(board, board.seconds(60));
      return text;
    },
    installed,
  );
  await report.row(
    'an accelerator that gets stuck: tried, given up, named; the CPU takes over',
    async () => {
      await board.guest.sh("sed -i 's/timeoutMs: 120000/timeoutMs: 5000/' /etc/zynqnetd/zynqnetd.yaml");
      await board.powerCycle();
      await board.broker.message('a result of the accelerator', '/result', board.seconds(150), ({ backend }) =>
        backend.startsWith('fpga'),
      );
      board.broker.forget();
      await board.guest.accelerator.tell('stuck');
      const text = await alert(board, /the CPU .*runs the frames/, board.seconds(120));
      await onCpu(board, board.seconds(60));
      return text;
    },
    installed,
  );
}
