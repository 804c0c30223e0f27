import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';

/** A program in ffmpeg's place: grey frames for as long as a file is there, then an error as ffmpeg would print it. */
export async function fakeFfmpeg(frameBytes: number) {
  const folder = await mkdtemp(path.join(tmpdir(), 'zynqnetd-ffmpeg-'));
  const program = path.join(folder, 'ffmpeg');
  const plugged = path.join(folder, 'plugged');
  const frames = `while [ -e '${plugged}' ]; do head -c ${frameBytes} /dev/zero; sleep 0.01; done`;
  const script = `#!/bin/sh\necho "$@" > '${folder}/arguments'\n${frames}\necho "Connection to rtsp://me:secret@cam/1 refused" >&2\nexit 8\n`;
  await writeFile(program, script, { mode: 0o755 });
  await writeFile(plugged, '');
  return {
    program,
    folder,
    unplug: () => rm(plugged),
    plug: () => writeFile(plugged, ''),
    close: () => rm(folder, { recursive: true }),
  };
}
