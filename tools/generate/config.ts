import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { exampleYaml, schemaJson } from '../../daemon/config/example.js';
import { packageRoot } from '../../daemon/util/package-root.js';
import { withCameraTable } from './camera-table.js';

// `npm run generate`: writes what docs/ holds of the schema and of the kinds of camera.
const docs = join(packageRoot, 'docs');
writeFileSync(join(docs, 'zynqnetd.example.yaml'), exampleYaml());
writeFileSync(join(docs, 'zynqnetd.schema.json'), schemaJson());

const cameras = join(docs, 'cameras.md');
writeFileSync(cameras, withCameraTable(readFileSync(cameras, 'utf8')));
