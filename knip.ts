import type { KnipConfig } from 'knip';

/**
 * Dead code. As it is, an export that no other file needs is a finding; with `--production`, one that only tests need.
 * `@public` in its comment keeps an export that is meant for tests.
 */
const config: KnipConfig = {
  entry: [
    'daemon/cli/main.ts!',
    'daemon/doctor/probe/process.ts!',
    'tools/generate/*.ts!',
    'deploy/**/*.mjs',
    'firmware/**/*.mjs',
    'training/*.mjs',
    'test/**/*.test.ts',
    'test/board/*.mjs',
  ],
  project: ['daemon/**/*.ts!', 'tools/**/*.ts!', '{test,deploy,firmware,training}/**/*.{ts,mjs}'],
  ignoreExportsUsedInFile: process.argv.includes('--production'),
  ignoreIssues: {
    // Generated whole from firmware/regs/registers.json.
    'daemon/native/accelerator-constants.ts': ['exports', 'types'],
  },
  // CMake finds the headers of two; the third is a program that only the checks run.
  ignoreDependencies: ['node-addon-api', 'node-api-headers', '@biomejs/biome'],
  // Programs come from Debian; deploy/setup/debian.mjs lists them.
  exclude: ['binaries'],
};

export default config;
