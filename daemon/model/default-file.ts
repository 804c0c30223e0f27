import { join } from 'node:path';
import { packageRoot } from '../util/package-root.js';

/** The built-in road sign model. */
export const defaultModelFile = join(packageRoot, 'daemon/model/default/roadsigns.zqn');
