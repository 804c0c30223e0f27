// `npm run fuzz [executions]`: the model parser under libFuzzer, AddressSanitizer and UndefinedBehaviorSanitizer.
// The corpus stays in build/fuzz/corpus, so that a later run goes on where this one ended.
import { existsSync, mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { onPath, root, run, say, stop } from './steps.mjs';

const executions = Number(process.argv[2] ?? 1_000_000);
if (!Number.isSafeInteger(executions) || executions < 1) stop('usage: npm run fuzz [executions]');
if (!onPath('clang++')) stop('the fuzzer needs clang: apt-get install clang');

const folder = 'build/fuzz';
const launcher = onPath('ccache') ? ['-DCMAKE_CXX_COMPILER_LAUNCHER=ccache'] : [];
const options = ['-DCMAKE_CXX_COMPILER=clang++', '-DZYNQNET_FUZZ=ON', '-DZYNQNET_ADDON=OFF', ...launcher];
say('building the fuzzer');
run('configuring the fuzzer', 'cmake', ['-S', 'native', '-B', folder, '-G', 'Ninja', ...options], { quiet: true });
const targets = ['--target', 'zynqnet_fuzz_parse', 'zynqnet_fuzz_seeds'];
run('building the fuzzer', 'cmake', ['--build', folder, ...targets], { quiet: true });

const corpus = join(root, folder, 'corpus');
const seeds = join(root, folder, 'seeds');
mkdirSync(corpus, { recursive: true });
if (!existsSync(seeds)) {
  mkdirSync(seeds);
  run('making seeds', join(root, folder, 'fuzz', 'zynqnet_fuzz_seeds'), [seeds, '40']);
}
say(`fuzzing: ${executions} executions`);
run(
  'fuzzing',
  join(root, folder, 'fuzz', 'zynqnet_fuzz_parse'),
  [
    `-runs=${executions}`,
    '-max_len=1600',
    '-entropic=0',
    '-reload=0',
    '-detect_leaks=0',
    '-print_final_stats=1',
  ].concat(`-artifact_prefix=${join(root, folder)}/`, corpus, seeds),
  { env: { ASAN_OPTIONS: 'malloc_context_size=0' } },
);
