import { existsSync, mkdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { z } from 'zod';
import { writeDurably } from '../util/durable.js';
import { messageOf } from '../util/error.js';

/** Changes made by message: a merge patch over the local file, and how often it has changed. */
export interface Overlay {
  readonly revision: number;
  readonly patch: Record<string, unknown>;
}

export const emptyOverlay: Overlay = { revision: 0, patch: {} };

export const overlaySchema = z.strictObject({ revision: z.int().min(0), patch: z.record(z.string(), z.unknown()) });

/** Where the overlay is kept: the current one and the one before it, which is the last known good. */
export interface OverlayStorage {
  /** The newest readable overlay that `accepts`, and what was wrong with those before it. */
  read(accepts: (overlay: Overlay) => boolean): { overlay: Overlay; problems: string[] };
  write(overlay: Overlay): void;
  /** The overlay before the current one. */
  previous(): Overlay | undefined;
}

/** In a state folder, durably. A damaged file is skipped and left for people to look at, never overwritten at start. */
export class FileOverlay implements OverlayStorage {
  readonly #current: string;
  readonly #previous: string;

  constructor(folder: string) {
    mkdirSync(folder, { recursive: true });
    this.#current = join(folder, 'overlay.json');
    this.#previous = join(folder, 'overlay.previous.json');
  }

  read(accepts: (overlay: Overlay) => boolean): { overlay: Overlay; problems: string[] } {
    const problems: string[] = [];
    for (const file of [this.#current, this.#previous]) {
      if (!existsSync(file)) continue;
      try {
        const overlay = overlaySchema.parse(JSON.parse(readFileSync(file, 'utf8')));
        if (accepts(overlay)) return { overlay, problems };
        problems.push(`${file} does not fit the local configuration`);
      } catch (error) {
        problems.push(`${file} is unreadable: ${messageOf(error)}`);
      }
    }
    return { overlay: emptyOverlay, problems };
  }

  write(overlay: Overlay): void {
    if (existsSync(this.#current)) writeDurably(this.#previous, readFileSync(this.#current));
    writeDurably(this.#current, JSON.stringify(overlay));
  }

  previous(): Overlay | undefined {
    const current = readOverlay(this.#current);
    if (current === undefined) return undefined;
    const previous = readOverlay(this.#previous);
    if (previous === undefined) return current.revision === 1 ? emptyOverlay : undefined;
    // The same twice: the power went between the two writes.
    return previous.revision < current.revision ? previous : undefined;
  }
}

function readOverlay(file: string): Overlay | undefined {
  try {
    return overlaySchema.parse(JSON.parse(readFileSync(file, 'utf8')));
  } catch {
    return undefined;
  }
}

/** Forgets at the end of the process; for runs without a state folder. */
export class MemoryOverlay implements OverlayStorage {
  #overlay = emptyOverlay;
  #previous: Overlay | undefined;

  read(): { overlay: Overlay; problems: string[] } {
    return { overlay: this.#overlay, problems: [] };
  }

  write(overlay: Overlay): void {
    this.#previous = this.#overlay;
    this.#overlay = overlay;
  }

  previous(): Overlay | undefined {
    return this.#previous;
  }
}
