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
  const versions = join(folder, 'versions.json');
  const parts = existsSync(versions) ? linkedIn(purl, JSON.parse(readFileSync(versions, 'utf8'))) : {};
  const { name, version } = manifest;
  return { type: 'library', 'bom-ref': purl, name, version, licenses: licences, purl, ...parts };
}

/** Libraries that are linked into a package's binary, as libvips' package lists them. */
function linkedIn(purl, versions) {
  const components = Object.entries(versions).map(([name, version]) => ({
    ...{ type: 'library', 'bom-ref': `${purl}#${name}`, name, version },
    purl: `pkg:generic/${name}@${version}`,
  }));
  return { components };
}

/** `node`: version of the Node in the bundle, or null. */
export function writeSbom(stage, version, node) {
  const components = packageFolders(join(stage, 'app/node_modules'))
    .filter((folder) => existsSync(join(folder, 'package.json')))
    .map(component);
  if (node) {
    const purl = `pkg:generic/node@${node}`;
    const licenses = [{ license: { name: 'licences/node' } }];
    components.push({ type: 'application', 'bom-ref': purl, name: 'node', version: node, licenses, purl });
  }
  const bom = {
    bomFormat: 'CycloneDX',
    specVersion: '1.5',
    version: 1,
    metadata: {
      component: { type: 'application', name: 'zynqnetd', version, licenses: [{ expression: 'MIT' }] },
    },
    components,
  };
  writeFileSync(join(stage, 'sbom.cdx.json'), `${JSON.stringify(bom, null, 2)}\n`);
}
