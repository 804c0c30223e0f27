import type { Config } from '../../config/schema.js';
import { backendKind } from '../accelerator-findings.js';
import type { Check } from '../check.js';
import { acceleratorChecks, simulatedChecks } from './accelerator.js';
import { brokerChecks } from './broker.js';
import { cameraChecks } from './camera.js';
import { deviceChecks } from './devices.js';
import { programChecks } from './program.js';
import { boardChecks } from './programmable-logic.js';
import { systemChecks } from './system.js';

/** Every check for this configuration, in the order in which they run: what is needed stands before what needs it. */
export function checksFor(config: Config): readonly Check[] {
  const simulated = backendKind({ config }) === 'simulated';
  const accelerator = simulated ? simulatedChecks : [...boardChecks, ...deviceChecks, ...acceleratorChecks];
  return [...programChecks, ...accelerator, ...cameraChecks, ...brokerChecks, ...systemChecks];
}
