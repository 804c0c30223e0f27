import { join } from 'node:path';

interface Folders {
  readonly model: { readonly folder: string | null };
  readonly device: { readonly stateFolder: string | null };
}

/** Where installed models are kept, or undefined if there is no place for them. */
export function modelFolder({ model, device }: Folders): string | undefined {
  return model.folder ?? (device.stateFolder === null ? undefined : join(device.stateFolder, 'models'));
}

/** A file name and nothing else: it cannot lead out of the folder, nor to files that are still being received. */
export const modelFileName = /^[A-Za-z0-9][A-Za-z0-9._-]{0,127}\.zqn$/;
