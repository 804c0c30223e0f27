// The emulated board over its several boots: one SD card, one broker.
import { copyFileSync } from 'node:fs';
import { join } from 'node:path';
import { Broker } from './broker.mjs';
import { root, work } from './files.mjs';
import { Guest } from './guest.mjs';
import { capture } from './process.mjs';

export const device = 'emulated-zybo';

export class Board {
  parts;
  broker;
  guest;
  #options;
  #boots = 0;
  #card = join(work, 'card.img');

  static async start(parts, options) {
    const board = new Board();
    board.parts = parts;
    board.#options = options;
    copyFileSync(parts.image, board.#card);
    board.broker = await Broker.start();
    await board.powerOn();
    return board;
  }

  /** Limits are for a machine that is not idle: everything is emulated, and the accelerator is a simulation. */
  seconds(idle) {
    return idle * 6 * this.#options.patience;
  }

  async powerOn(tree = this.parts.trees.good, model = this.#options.model) {
    this.#boots += 1;
    this.guest = await Guest.boot({
      image: this.#card,
      tree,
      key: this.parts.key,
      model,
      name: `boot-${this.#boots}`,
    });
    return this.guest;
  }

  /** Pulls the plug and puts it back. */
  async powerCycle(tree, model) {
    await this.guest.powerOff();
    this.broker.forget();
    return this.powerOn(tree, model);
  }

  /** deploy/install.sh against this board; resolves to { code, stdout, stderr }. */
  install(args, { withKey = true } = {}) {
    const options = withKey
      ? this.guest.sshOptions
      : this.guest.sshOptions.filter((option) => !option.startsWith('IdentityFile'));
    const ssh = [...options, ...(withKey ? [] : ['IdentityFile=/dev/null'])].flatMap((option) => [
      '--ssh-option',
      option,
    ]);
    const fixed = [
      'root@127.0.0.1',
      '--ssh-port',
      String(this.guest.sshPort),
      '--wait',
      String(this.seconds(60)),
      ...ssh,
    ];
    return capture(join(root, 'deploy/install.sh'), [...fixed, ...args], { seconds: this.seconds(200) });
  }

  async stop() {
    await this.guest?.powerOff();
    await this.broker.stop();
  }
}
