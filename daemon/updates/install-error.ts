import { ZynqnetError } from '../util/error.js';

/** `busy`: another one is under way. `large`, `room`: limits. `unknown`: no such model. `needed`: it is in use. */
export type RefusedKind = 'busy' | 'large' | 'room' | 'address' | 'unknown' | 'needed' | 'other';

/** MODEL_INSTALL, with what a sender can do about it. */
export class InstallError extends ZynqnetError {
  readonly kind: RefusedKind;

  constructor(kind: RefusedKind, message: string) {
    super('MODEL_INSTALL', message);
    this.kind = kind;
  }
}
