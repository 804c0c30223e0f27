import { randomBytes } from 'node:crypto';
import type { ServerResponse } from 'node:http';
import sharp from 'sharp';
import { HttpCamera } from '../unit/daemon/camera/support/http-camera.js';

export type CameraFault = 'none' | 'stalled' | 'garbage' | 'cut';

/** Pictures of one colour before the other takes over: an event for each change. */
const picturesOfAColour = 20;

/** An MJPEG camera at a high rate, whose stream stalls, turns to garbage or goes away. */
export class EnduranceCamera {
  readonly #camera: HttpCamera;
  readonly #pictures: readonly Buffer[];
  readonly #timer: NodeJS.Timeout;
  readonly #viewers = new Set<ServerResponse>();
  #shown = 0;
  fault: CameraFault = 'none';

  private constructor(pictures: readonly Buffer[], framesPerSecond: number) {
    this.#pictures = pictures;
    this.#camera = new HttpCamera((_, response) => {
      response.writeHead(200, { 'content-type': 'multipart/x-mixed-replace; boundary=f' });
      this.#viewers.add(response);
      response.on('close', () => this.#viewers.delete(response));
    });
    this.#timer = setInterval(() => this.#show(), 1000 / framesPerSecond);
  }

  static async start(framesPerSecond: number): Promise<EnduranceCamera> {
    const picture = (background: string) =>
      sharp({ create: { width: 80, height: 60, channels: 3, background } })
        .jpeg()
        .toBuffer();
    const camera = new EnduranceCamera([await picture('#ff0000'), await picture('#0000ff')], framesPerSecond);
    await camera.#camera.open();
    return camera;
  }

  get url(): string {
    return this.#camera.url;
  }

  /** Nobody answers at its address any more. */
  unplug(): Promise<void> {
    return this.#camera.close();
  }

  async plug(): Promise<void> {
    await this.#camera.open();
  }

  async stop(): Promise<void> {
    clearInterval(this.#timer);
    await this.#camera.close();
  }

  #show(): void {
    if (this.fault === 'stalled') return;
    const colour = Math.floor(this.#shown++ / picturesOfAColour) % this.#pictures.length;
    const picture = this.#pictures[colour] as Buffer;
    const bytes = { none: picture, garbage: randomBytes(500), cut: picture.subarray(0, 200) }[this.fault];
    for (const viewer of this.#viewers) {
      viewer.write(`--f\r\nContent-Type: image/jpeg\r\nContent-Length: ${bytes.length}\r\n\r\n`);
      viewer.write(bytes);
      viewer.write('\r\n');
    }
  }
}
