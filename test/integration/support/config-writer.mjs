// Accepts changes of the configuration without a pause until it is killed; says each revision that it was told is stored.
import { writeSync } from 'node:fs';
import { ConfigStore } from '../../../dist/daemon/config/store.js';

const store = ConfigStore.open({ device: { stateFolder: process.argv[2] } });
for (;;) {
  const next = store.revision + 1;
  const filler = 'x'.repeat((next * 7919) % 40);
  store.apply(store.propose({ camera: { name: `revision-${next}-${filler}` }, classify: { topK: (next % 100) + 1 } }));
  store.confirm();
  writeSync(1, `${next}\n`);
}
