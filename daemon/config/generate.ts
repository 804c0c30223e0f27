import { writeFileSync } from 'node:fs';
import { exampleYaml, schemaJson } from './example.js';

// `npm run generate`: writes what docs/ holds of the schema.
const docs = new URL('../../docs/', import.meta.url);
writeFileSync(new URL('zynqnetd.example.yaml', docs), exampleYaml());
writeFileSync(new URL('zynqnetd.schema.json', docs), schemaJson());
