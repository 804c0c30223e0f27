import { readFileSync, writeFileSync } from 'node:fs';
import protobuf from 'protobufjs';

/** The TypeScript module that holds `NAME.proto` as a protobufjs descriptor. */
export function descriptorModule(name: string, protoText: string): string {
  const { root } = protobuf.parse(protoText, { keepCase: true });
  const json = JSON.stringify(root.toJSON());
  return [
    `// Generated from ${name}.proto by generate.ts; see README.md for its source and licence.`,
    `export const ${name}Descriptor = JSON.parse(`,
    `  '${json.replaceAll('\\', '\\\\').replaceAll("'", "\\'")}',`,
    ');',
    '',
  ].join('\n');
}

if (process.argv[1]?.endsWith('model/import/schema/generate.js')) {
  const folder = new URL('../../../../daemon/model/import/schema/', import.meta.url);
  for (const name of ['onnx', 'caffe']) {
    const text = readFileSync(new URL(`${name}.proto`, folder), 'utf8');
    writeFileSync(new URL(`${name}.ts`, folder), descriptorModule(name, text));
  }
}
