import type { CameraDriver, Session } from '../../../../../daemon/camera/frame-source.js';

interface PlayedSession {
  readonly session: Session;
  readonly resolve: () => void;
  readonly reject: (error: unknown) => void;
}

/** A driver whose every session the test plays by hand. */
export class PlayedDriver implements CameraDriver {
  readonly kind = 'played';
  readonly openLimitMs = 1000;
  readonly stallLimitMs = 300;
  readonly sessions: PlayedSession[] = [];
  /** Sessions that the test has not ended yet. */
  running = 0;

  run(session: Session): Promise<void> {
    this.running += 1;
    const played = new Promise<void>((resolve, reject) => this.sessions.push({ session, resolve, reject }));
    return played.finally(() => {
      this.running -= 1;
    });
  }

  get last(): PlayedSession {
    const last = this.sessions.at(-1);
    if (!last) throw new Error('no session');
    return last;
  }
}
