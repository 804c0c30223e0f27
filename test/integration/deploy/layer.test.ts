import { spawnSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { describe, expect, test } from 'vitest';
import { kernelOptions, parseKernelConfig } from '../../../daemon/doctor/kernel-options.js';
import { boards } from '../../support/boards.js';
import { type Recipe, readRecipe, usedVariables } from './recipe.js';

/** deploy/meta-zynqnetd without bitbake: what a linter of recipes looks at, and whether the layer fits this checkout. */
const root = fileURLToPath(new URL('../../../', import.meta.url));
const layer = path.join(root, 'deploy/meta-zynqnetd');
const version: string = JSON.parse(readFileSync(path.join(root, 'package.json'), 'utf8')).version;
const text = (file: string) => readFileSync(path.join(root, file), 'utf8');

const files = readdirSync(layer, { recursive: true, encoding: 'utf8' }).filter((file) => /\.(bb|bbappend)$/.test(file));
const conf = readRecipe(path.join(layer, 'conf/layer.conf'));
const all = files.map((file) => readRecipe(path.join(layer, file)));
const recipes = all.filter(({ file }) => file.endsWith('.bb'));
const named = (recipe: Recipe) => path.relative(layer, recipe.file);

/** Variables of bitbake and OpenEmbedded that recipes here refer to; any other must be the layer's own. */
const known = new Set(
  `ARCH B COMMON_LICENSE_DIR CONFIG_DTFILE D KERNEL_VERSION LAYERDIR PN PV S STAGING_KERNEL_DIR TARGET_PREFIX THISDIR WORKDIR
  libdir libexecdir localstatedir nonarch_base_libdir sysconfdir systemd_system_unitdir`.split(/\s+/),
);

/** A value with the layer's variables put in, for one board. */
function expand(recipe: Recipe, value: string, board: string): string {
  const fixed: Record<string, string> = {
    ...{ LAYERDIR: layer, THISDIR: path.dirname(recipe.file), PV: version, ZYNQNETD_BOARD: board },
  };
  const variable = (whole: string, name: string) => fixed[name] ?? recipe.value(name) ?? conf.value(name) ?? whole;
  const pathPart = (_: string, part: string, name: string) => {
    const whole = expand(recipe, `\${${name}}`, board);
    return part === 'dir' ? path.dirname(whole) : path.basename(whole);
  };
  let result = value;
  for (let depth = 0; depth < 10; depth += 1) {
    result = result
      .replace(/\$\{@os\.path\.(dir|base)name\(d\.getVar\('(\w+)'\)\)\}/g, pathPart)
      .replace(/\$\{(\w+)\}/g, variable);
  }
  return result;
}

/** What the recipe's file:// entries are called, and where bitbake looks for them. */
function localFiles(recipe: Recipe, board: string): { names: string[]; folders: string[] } {
  const entries = expand(recipe, recipe.values('SRC_URI').join(' '), board).split(/\s+/);
  const names = entries
    .filter((entry) => entry.startsWith('file://'))
    .map((entry) => entry.slice(7).split(';')[0] ?? '');
  for (const list of ['EXTRA_DT_FILES', 'EXTRA_DT_INCLUDE_FILES']) {
    names.push(...recipe.values(list).flatMap((value) => [...value.matchAll(/[\w-]+\.dtsi/g)].map(([name]) => name)));
  }
  const folders = expand(recipe, recipe.values('FILESEXTRAPATHS').join(''), board).split(':').filter(Boolean);
  return { names, folders: [...folders, path.join(path.dirname(recipe.file), 'files')] };
}

describe('every recipe', () => {
  test.each(recipes.map((recipe) => [named(recipe), recipe] as const))(
    '%s says what a recipe must say',
    (_, recipe) => {
      const packagegroup = recipe.values('inherit').join(' ').includes('packagegroup');
      const required = ['SUMMARY', 'LICENSE', ...(packagegroup ? [] : ['LIC_FILES_CHKSUM'])];
      for (const name of required) expect(recipe.value(name), name).toBeTruthy();
      const remote = recipe.values('SRC_URI').join(' ');
      if (remote.includes('git://')) expect(recipe.value('SRCREV')).toMatch(/^[0-9a-f]{40}$/);
      if (remote.includes('https://')) expect(recipe.value('SRC_URI[sha256sum]')).toBeDefined();
    },
  );

  test.each(all.map((recipe) => [named(recipe), recipe] as const))(
    '%s uses no variable that nobody defines',
    (_, recipe) => {
      const own = new Set([...recipe.names(), ...conf.names()]);
      expect(usedVariables(recipe.text).filter((name) => !known.has(name) && !own.has(name))).toEqual([]);
    },
  );

  test.each(all.map((recipe) => [named(recipe), recipe] as const))(
    '%s has no syntax of the time before 3.4',
    (_, recipe) => {
      expect(recipe.text).not.toMatch(/^\w+_(append|prepend|remove)\b/m);
      expect(recipe.text).not.toMatch(/^(FILES|RDEPENDS|RRECOMMENDS|SYSTEMD_SERVICE|INSANE_SKIP|CONFFILES)_\$/m);
      expect(recipe.text).not.toContain('\t');
    },
  );

  test.each(all.map((recipe) => [named(recipe), recipe] as const))('%s: its tasks are shell', (_, recipe) => {
    for (const [name, body] of recipe.shellFunctions()) {
      const { stderr } = spawnSync('sh', ['-n'], { input: body.replace(/\$\{@[^}]*\}/g, 'true'), encoding: 'utf8' });
      expect(stderr, name).toBe('');
    }
  });

  test.each(boards.map(({ name }) => name))(
    "for %s every file:// is there, or is what the checkout's commands make",
    (board) => {
      const made = [`zynqnetd-${version}-${board}-yocto.tar.zst`, `${board}.bit.bin`];
      for (const recipe of all) {
        const { names, folders } = localFiles(recipe, board);
        for (const name of names.filter((one) => !made.includes(one))) {
          const there = folders.some((folder) => existsSync(path.join(folder, name)));
          expect(there, `${named(recipe)}: ${name} in ${folders.join(', ')}`).toBe(true);
        }
      }
    },
  );

  test('the digests of our own licence are right', () => {
    const digest = createHash('md5').update(text('LICENSE')).digest('hex');
    const ours = recipes.filter((recipe) => /LICENSE;md5=/.test(recipe.value('LIC_FILES_CHKSUM') ?? ''));
    const mit = ours.filter((recipe) => recipe.value('LICENSE') === 'MIT');
    expect(mit.length).toBeGreaterThan(2);
    for (const recipe of mit) expect(recipe.value('LIC_FILES_CHKSUM'), named(recipe)).toContain(`md5=${digest}`);
  });

  test("carries this checkout's version where it packs this checkout", () => {
    const ours = files.filter((file) => /zynqnetd(-addon|-fpga)?_[^/]*\.bb$/.test(file));
    expect(ours).toHaveLength(3);
    for (const file of ours) expect(file).toContain(`_${version}.bb`);
  });
});

describe('the layer', () => {
  test('is found by bitbake, by the releases that PetaLinux 2023.2 and 2024 are made of', () => {
    const series = conf.value('LAYERSERIES_COMPAT_zynqnetd')?.split(' ') ?? [];
    for (const name of ['langdale', 'scarthgap']) expect(series).toContain(name);
    const depth = (file: string) => file.split('/').length;
    for (const file of files.filter((name) => name.endsWith('.bb'))) expect(depth(file), file).toBe(3);
    for (const file of files.filter((name) => name.endsWith('.bbappend'))) {
      expect(file).toMatch(/^dynamic-layers\/xilinx\/recipes-[\w-]+\/[\w-]+\/[^/]+$/);
    }
  });

  test("the package group asks for what the layer has, or for OpenEmbedded's own", () => {
    const group = recipes.find(({ file }) => file.endsWith('packagegroup-zynqnetd.bb'));
    const outside = ['ca-certificates', 'tzdata', 'v4l-utils'];
    const ours = files.map((file) => path.basename(file).replace(/_.*|\.bb.*/, ''));
    const wanted = (group?.value(`RDEPENDS:\${PN}`) ?? '').split(/\s+/).filter(Boolean);
    expect(wanted.filter((name) => !ours.includes(name) && !outside.includes(name))).toEqual([]);
    expect(wanted).toContain('zynqnetd');
  });

  test('the daemon and the device tree come from the checkout, the module and Node from where their projects publish', () => {
    const remote = recipes.filter((recipe) => /(git|https):\/\//.test(recipe.value('SRC_URI') ?? '')).map(named);
    expect(remote.map((name) => path.basename(name).split('_')[0]).sort()).toEqual(['u-dma-buf', 'zynqnetd-node']);
  });
});

describe('the kernel options', () => {
  const cfg = parseKernelConfig(text('deploy/meta-zynqnetd/recipes-kernel/linux/files/zynqnetd.cfg'));

  test('that the doctor looks for are those that the layer sets', () => {
    expect([...cfg.keys()].filter((name) => name !== 'CONFIG_IKCONFIG').sort()).toEqual(
      kernelOptions.map(({ name }) => name).sort(),
    );
  });

  test('that the doctor requires are those that the installer looks for', () => {
    const list = [...text('deploy/board/setup.sh').matchAll(/^KERNEL_OPTIONS="(.*)"$/gm)].map(
      (match) => match[1] ?? '',
    );
    const names = list.join(' ').match(/CONFIG_\w+/g) ?? [];
    expect(names).toEqual(kernelOptions.filter(({ need }) => need === 'required').map(({ name }) => name));
  });

  test('are all explained', () => {
    const page = text('docs/kernel.md');
    for (const { name } of kernelOptions) expect(page).toContain(`\`${name}\``);
  });
});
