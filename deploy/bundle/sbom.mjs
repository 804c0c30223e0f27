// CycloneDX 1.5 bill of materials of what really lies in the bundle, without time stamps or serial numbers.
import { existsSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';

function packageFolders(nodeModules) {
  if (!existsSync(nodeModules)) return [];
  return readdirSync(nodeModules, { withFileTypes: true })
    .filter((entry) => entry.isDirectory())
    .sort((a, b) => (a.name < b.name ? -1 : 1))
    .flatMap((entry) => {
      const path = join(nodeModules, entry.name);
      if (entry.name.startsWith('@')) return packageFolders(path);
      return [path, ...packageFolders(join(path, 'node_modules'))];
    });
}

function component(folder) {
  const manifest = JSON.parse(readFileSync(join(folder, 'package.json'), 'utf8'));
  const purl = `pkg:npm/${manifest.name.replace('@', '%40')}@${manifest.version}`;
  const licences = manifest.license ? [{ expression: String(manifest.license) }] : [];
  return { type: 'library', 'bom-ref': purl, name: manifest.name, version: manifest.version, licenses: licences, purl };
}

export function writeSbom(stage, version) {
  const components = packageFolders(join(stage, 'app/node_modules'))
    .filter((folder) => existsSync(join(folder, 'package.json')))
    .map(component);
  const bom = {
    bomFormat: 'CycloneDX',
    specVersion: '1.5',
    version: 1,
    metadata: { component: { type: 'application', name: 'zynqnetd', version } },
    components,
  };
  writeFileSync(join(stage, 'sbom.cdx.json'), `${JSON.stringify(bom, null, 2)}\n`);
}
