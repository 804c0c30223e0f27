// The files of a bundle that this checkout itself brings.
import { chmodSync, cpSync, existsSync, mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { root } from '../setup/steps.mjs';

const launcher = `#!/bin/sh
# Finds the bundle's Node (or the layer's, or the system's) and keeps its heaps small for a 512 MB board.
here=$(cd "$(dirname "$(readlink -f "$0")")/.." && pwd)
if [ -x "$here/bin/node" ]; then
	node=$here/bin/node
elif [ -x /opt/zynqnetd/node/bin/node ]; then
	node=/opt/zynqnetd/node/bin/node
else
	node=node
fi
[ ! -d "$here/lib" ] || export LD_LIBRARY_PATH="$here/lib\${LD_LIBRARY_PATH:+:$LD_LIBRARY_PATH}"
ZYNQNETD_BUNDLE_ID=$(sed -n 's/.*"id": *"\\([^"]*\\)".*/\\1/p' "$here/bundle.json")
export ZYNQNETD_BUNDLE_ID
# Node 20 would let a kernel thread spin for io_uring, which costs a processor of two.
export UV_USE_IO_URING=0
export MALLOC_ARENA_MAX="\${MALLOC_ARENA_MAX:-2}" UV_THREADPOOL_SIZE="\${UV_THREADPOOL_SIZE:-2}"
exec "$node" --max-old-space-size=96 --max-semi-space-size=2 "$here/app/dist/daemon/cli/main.js" "$@"
`;

/**
 * [from, to]: files or folders, relative to the checkout and to the bundle.
 * @param {string} board
 * @returns {[string, string][]}
 */
function parts(board) {
  return [
    ['dist/daemon', 'app/dist/daemon'],
    ['daemon/model/default', 'app/daemon/model/default'],
    ['deploy/board/setup.sh', 'setup.sh'],
    ['deploy/board/set-broker.sh', 'config/set-broker.sh'],
    [`boards/${board}/zynqnetd.yaml`, 'config/zynqnetd.yaml'],
    ['deploy/service', 'service'],
    ['firmware/dts', 'dts'],
    [`boards/${board}/zynqnetd-board.dtsi`, 'dts/zynqnetd-board.dtsi'],
    ['LICENSE', 'licences/LICENSE'],
    ['README.md', 'README.md'],
  ];
}

export function stageFiles(stage, board) {
  for (const [from, to] of parts(board)) {
    const source = join(root, from);
    if (!existsSync(source)) continue;
    const destination = join(stage, to);
    mkdirSync(join(destination, '..'), { recursive: true });
    cpSync(source, destination, {
      recursive: true,
      filter: (path) => !/\.(tsbuildinfo|stamp|map|ts)$/.test(path),
    });
  }
  mkdirSync(join(stage, 'bin'), { recursive: true });
  writeFileSync(join(stage, 'bin/zynqnetd'), launcher);
  chmodSync(join(stage, 'bin/zynqnetd'), 0o755);
}
