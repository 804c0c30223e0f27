import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import protobuf from 'protobufjs';
import { packageRoot } from '../../daemon/util/package-root.js';

/** The TypeScript module that holds `NAME.proto` as a protobufjs descriptor. */
export function descriptorModule(name: string, protoText: string): string {
  const { root } = protobuf.parse(protoText, { keepCase: true });
  const json = JSON.stringify(root.toJSON());
  return [
    `// Generated from ${name}.proto by tools/generate/protobuf-schemas.ts; see README.md for its source and licence.`,
    `export const ${name}Descriptor = JSON.parse(`,
    `  '${json.replaceAll('\\', '\\\\').replaceAll("'", "\\'")}',`,
    ');',
    '',
  ].join('\n');
}

if (process.argv[1]?.endsWith('tools/generate/protobuf-schemas.js')) {
  const folder = join(packageRoot, 'tools/import/schema');
  for (const name of ['onnx', 'caffe']) {
    const text = readFileSync(join(folder, `${name}.proto`), 'utf8');
    writeFileSync(join(folder, `${name}.ts`), descriptorModule(name, text));
  }
}
