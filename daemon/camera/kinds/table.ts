/**
 * All kinds of camera: each has one file beside this one, and one line in the list. The configuration, Home Assistant,
 * the doctor and the opening of cameras read this list. Nothing here may load the addon or an image library.
 */
import type { z } from 'zod';
import { ffmpeg } from './ffmpeg.js';
import { files } from './files.js';
import { http } from './http.js';
import { type CameraKind, missingKey } from './kind.js';
import { scene } from './scene.js';
import { v4l2 } from './v4l2.js';

/** In the order in which people are shown them. */
export const cameraKinds = [
  scene, //
  v4l2,
  http,
  files,
  ffmpeg,
] as const satisfies readonly CameraKind[];

type Kind = (typeof cameraKinds)[number];

export type CameraKindName = Kind['name'];

type Sections = { readonly [K in Kind as K['name']]: K['section'] };

/** The part of the configuration's group `camera` that concerns the kinds. */
export type CameraSettings = { readonly source: CameraKindName; readonly stallSeconds: number } & {
  readonly [Name in CameraKindName]: z.output<Sections[Name]>;
};

/** The values of `camera.source`. */
export const cameraKindNames = cameraKinds.map(({ name }) => name) as [CameraKindName, ...CameraKindName[]];

/** The groups of keys below `camera`. */
export const cameraSections = Object.fromEntries(cameraKinds.map(({ name, section }) => [name, section])) as Sections;

/** The kind that the configuration chooses. */
export function chosenKind({ source }: Pick<CameraSettings, 'source'>): CameraKind {
  return cameraKinds.find(({ name }) => name === source) as CameraKind;
}

/** The kinds whose required keys are set, and the one that is chosen. */
export function usableKinds(settings: CameraSettings): CameraKindName[] {
  const usable = cameraKinds.filter((kind) => missingKey(kind, settings[kind.name]) === undefined);
  return cameraKindNames.filter((name) => name === settings.source || usable.some((kind) => kind.name === name));
}

/** The chosen camera's video device of the kernel, if it is of a kind that has one: its key and the file. */
export function videoDevice(settings: CameraSettings): { readonly key: string; readonly file: string } | undefined {
  const { name, videoDevice: key } = chosenKind(settings);
  if (key === undefined) return undefined;
  const file = (settings[settings.source] as Record<string, unknown>)[key];
  return { key: `camera.${name}.${key}`, file: String(file) };
}
