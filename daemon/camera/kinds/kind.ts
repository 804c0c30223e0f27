import { z } from 'zod';
import { section } from '../../config/define.js';
import type { NativeV4l2 } from '../../native/v4l2.js';
import { ZynqnetError } from '../../util/error.js';
import type { CameraDriver } from '../frame-source.js';

/** Everything that is known about a kind of camera. One file defines each; table.ts lists them. */
export interface CameraKind<Name extends string = string, Section = z.ZodType, Settings = unknown> {
  /** `camera.source`, and the group of keys `camera.<name>`. */
  readonly name: Name;
  /** The group of its keys. */
  readonly section: Section;
  /** What it is, for people. */
  readonly doc: string;
  /** What its frames are, for people. */
  readonly frames: string;
  /** Keys of the group that are null until somebody sets them, and without which the camera cannot run. */
  readonly required: readonly string[];
  /** Throws CAMERA_CONFIG where a required key is not set. Declared as a method, so that every kind is assignable to CameraKind. */
  driver(settings: Settings, context: DriverContext): CameraDriver;
  /** The command that finds out more when a camera of this kind does not open. The doctor shows it. */
  readonly remedy: string;
  /** Its key for a video device of the kernel (/dev/video0), from which only one process can read. */
  readonly videoDevice?: string;
  readonly program?: ProgramNeed;
}

interface DriverContext {
  /** `camera.stallSeconds` */
  readonly stallMs: number;
  /** The native addon, loaded when it is asked for. */
  readonly native: () => NativeV4l2;
}

/** A program that must be installed; the doctor checks it. */
export interface ProgramNeed {
  readonly name: string;
  /** Makes it print its version and end. */
  readonly arguments: readonly string[];
  /** Finds the version in what it prints. */
  readonly version: RegExp;
  /** The command that installs it. */
  readonly install: string;
}

/** The settings of a group once its required keys have been found to be set. */
type Complete<Settings, Required> = {
  [K in keyof Settings]: K extends Required ? NonNullable<Settings[K]> : Settings[K];
};

type SectionOf<Shape extends z.ZodRawShape> = ReturnType<typeof section<Shape>>;

interface Definition<Name extends string, Shape extends z.ZodRawShape, Required extends keyof Shape & string> {
  readonly name: Name;
  readonly doc: string;
  readonly frames: string;
  readonly keys: Shape;
  readonly required?: readonly Required[];
  readonly driver: (settings: Complete<z.output<SectionOf<Shape>>, Required>, context: DriverContext) => CameraDriver;
  readonly remedy: string;
  readonly videoDevice?: keyof Shape & string;
  readonly program?: ProgramNeed;
}

export function cameraKind<
  Name extends string,
  Shape extends z.ZodRawShape,
  Required extends keyof Shape & string = never,
>(definition: Definition<Name, Shape, Required>): CameraKind<Name, SectionOf<Shape>, z.output<SectionOf<Shape>>> {
  const { name, keys, required = [], driver, ...facts } = definition;
  type Settings = z.output<SectionOf<Shape>>;
  const isComplete = (settings: Settings): settings is Settings & Complete<Settings, Required> =>
    missingKey({ required }, settings) === undefined;
  return {
    ...facts,
    name,
    section: section(facts.doc, keys),
    required,
    driver(settings, context) {
      if (isComplete(settings)) return driver(settings, context);
      const missing = `camera.${name}.${missingKey({ required }, settings)}`;
      throw new ZynqnetError('CAMERA_CONFIG', `${missing} is not set, but camera.source is ${name}; set it`);
    },
  };
}

/** The first required key that is not set. */
export function missingKey({ required }: Pick<CameraKind, 'required'>, settings: unknown): string | undefined {
  return required.find((key) => (settings as Record<string, unknown>)[key] === null);
}

/** Types of keys that several kinds have. */
export const frameSide = z.int().min(16).max(8192);
export const frameRate = z.number().min(0.01).max(1000);
