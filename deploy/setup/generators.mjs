/** What writes files that are kept in git, in this order; each takes --check. Those in dist/ come after a TypeScript build. */
export const generators = [
  { name: 'registers', script: 'firmware/regs/generate.mjs' },
  { name: 'boards', script: 'deploy/generate/boards.mjs' },
  { name: 'protobuf schemas', script: 'dist/tools/generate/protobuf-schemas.js' },
  { name: 'configuration', script: 'dist/tools/generate/config.js' },
];
