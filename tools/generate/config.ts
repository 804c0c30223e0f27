// What docs/ holds of the configuration's schema and of the kinds of camera. `--check` writes nothing and fails if a file is
// out of date.
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { exampleYaml, schemaJson } from '../../daemon/config/example.js';
import { packageRoot } from '../../daemon/util/package-root.js';
import { withCameraTable } from './camera-table.js';
import { writeGenerated } from './generated-file.js';

writeGenerated('docs/zynqnetd.example.yaml', exampleYaml());
writeGenerated('docs/zynqnetd.schema.json', schemaJson());

const cameras = 'docs/cameras.md';
writeGenerated(cameras, withCameraTable(readFileSync(join(packageRoot, cameras), 'utf8')));
