import { defineConfig } from 'vitest/config';

/** Where the programs that tests start leave what they have run, when coverage is measured. */
const children = process.env.ZYNQNETD_COVERAGE_PROGRAMS;

export default defineConfig({
  test: {
    include: ['test/**/*.test.ts'],
    testTimeout: 30_000,
    hookTimeout: 120_000,
    maxWorkers: 2,
    ...(children === undefined ? {} : { env: { NODE_V8_COVERAGE: children } }),
    coverage: {
      provider: 'v8',
      include: ['daemon/**/*.ts', 'tools/**/*.ts'],
      reporter: ['json'],
      reportOnFailure: true,
    },
  },
});
