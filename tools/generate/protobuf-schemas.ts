import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import protobuf from 'protobufjs';
import { packageRoot } from '../../daemon/util/package-root.js';
import { writeGenerated } from './generated-file.js';

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
  const folder = 'tools/import/schema';
  for (const name of ['onnx', 'caffe']) {
    const text = readFileSync(join(packageRoot, folder, `${name}.proto`), 'utf8');
    writeGenerated(join(folder, `${name}.ts`), descriptorModule(name, text));
  }
}
