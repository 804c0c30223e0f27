import { fileURLToPath } from 'node:url';

/** The built-in road sign model; the same path from dist/ and in a bundle. */
export const defaultModelFile = fileURLToPath(new URL('../../daemon/model/default/roadsigns.zqn', import.meta.url));
