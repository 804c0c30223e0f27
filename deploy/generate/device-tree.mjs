// What zynqnetd adds to a board's device tree: boards/<name>/zynqnetd-board.dtsi.
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';

const led = ({ name, mio }) => `
	leds {
		compatible = "gpio-leds";

		/* ${name} at MIO${mio}: blinks at the command identify. */
		led-identify {
			label = "zynqnetd:identify";
			gpios = <&gpio0 ${mio} 0>;
			default-state = "off";
		};
	};
`;

/** The board's own nodes, which board.json has no key for: an optional extra.dtsi beside it. */
function extra(root, name) {
  const file = join(root, 'boards', name, 'extra.dtsi');
  return existsSync(file) ? `\n${readFileSync(file, 'utf8')}` : '';
}

export function boardTree(root, board) {
  const { name, maker, title, memory, console, crystalHz } = board;
  return `/* ${maker} ${title}, ${memory.megabytes} MB: what zynqnetd adds to this board's device tree. Included at its end, after every node that it names. */
/* Generated from board.json by npm run generate: do not edit. The board's own nodes go to extra.dtsi beside it. */
#include "zynqnetd.dtsi"

/ {
	chosen {
		/* bootargs replaces the whole string, so all of it stands here. */
		bootargs = "console=${console},115200 earlycon root=/dev/mmcblk0p2 rw rootwait uio_pdrv_genirq.of_id=generic-uio";
	};
${board.led === null ? '' : led(board.led)}};

&clkc {
	ps-clk-frequency = <${crystalHz}>;
};
${extra(root, name)}`;
}
