/**
 * What the doctor asks of native code. All of it runs in a process of its own (process.ts): a library that does not load,
 * a driver that hangs or hardware that kills its user then costs one check, not the doctor.
 */
import type { CameraConfig } from '../../config/schema.js';
import type { NativeAcceleratorOptions } from '../../native/accelerator-types.js';
import type { NativeAcceleratorBuild, NativeProcessingSystem } from '../../native/board-types.js';

export interface SharpFacts {
  readonly version: string;
  readonly libvips: string;
  /** Whether a picture that was encoded, decoded and scaled came out as it should. */
  readonly works: boolean;
}

export interface AddonFacts {
  readonly version: string;
  /** Instruction sets and CPU backends, best first. */
  readonly features: readonly string[];
  readonly accelerators: readonly string[];
}

export interface ModelFacts {
  readonly name: string;
  readonly file: string;
  readonly fileBytes: number;
  readonly classes: number;
  readonly labels: number;
  /** Labels that appear more than once. */
  readonly repeated: readonly string[];
  readonly arithmetic: string;
  readonly input: string;
}

export interface CameraFacts {
  readonly device: string;
  readonly card: string;
  readonly driver: string;
  readonly captures: boolean;
  /** Four-character codes, in the driver's order. */
  readonly formats: readonly string[];
  /** Why it could not be asked. */
  readonly error?: string;
}

export interface OpenedCamera {
  readonly description: string;
  readonly frame: string;
}

/** SLCR and AFI: always there on a Zynq-7000, so reading them is never a risk. */
export type ProcessingSystemFacts = NativeProcessingSystem;

export type BuildFacts = NativeAcceleratorBuild;

export interface CopyFacts {
  readonly bytes: number;
}

export interface AnswerFacts {
  readonly model: string;
  readonly backend: string;
  readonly reference: string;
  readonly equal: boolean;
  readonly outputs: number;
  readonly differing: number;
  readonly cycles: number;
  readonly clockMHz: number;
  readonly lostInterrupts: number;
}

/** Which accelerator, as the configuration has it. */
export interface AcceleratorChoice {
  /** `fpga`, or a simulated one: `functional-sim-zybo`, `rtl-zc706`. */
  readonly backend: string;
  readonly options: NativeAcceleratorOptions;
}

export interface ProbeCalls {
  sharp(): SharpFacts;
  addon(): AddonFacts;
  model(file: string | null): ModelFacts;
  cameras(devices: readonly string[]): CameraFacts[];
  openCamera(camera: CameraConfig): OpenedCamera;
  processingSystem(): ProcessingSystemFacts;
  /** Reads the identity and build registers, nothing else. */
  build(choice: AcceleratorChoice): BuildFacts;
  /** A pattern through the DMA memory, there and back by the accelerator's own commands, through every port. */
  copy(choice: AcceleratorChoice): CopyFacts;
  /** One frame on the accelerator and on the CPU. */
  answer(choice: AcceleratorChoice, model: string | null): AnswerFacts;
}

export type CallName = keyof ProbeCalls;

/** The same calls from outside the process; each may be given up. Rejects with the error's message and `code`. */
export type Probe = {
  readonly [Name in CallName]: (
    signal: AbortSignal,
    ...args: Parameters<ProbeCalls[Name]>
  ) => Promise<ReturnType<ProbeCalls[Name]>>;
} & { close(): void };

export const callNames = [
  'sharp',
  'addon',
  'model',
  'cameras',
  'openCamera',
  'processingSystem',
  'build',
  'copy',
  'answer',
] as const satisfies readonly CallName[];
