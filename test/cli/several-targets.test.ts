import assert from 'node:assert/strict';
import { readdir, rm, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { test } from 'node:test';
import { cli, exists, filesBelow, projectCopy, temporaryFolder } from './cli.ts';

/** A target of one file, with an arch and a `make` of the test's choice. */
function targetText(name: string, { arch = 'amd64', file = `${name}/file`, make }: { readonly arch?: string; readonly file?: string; readonly make: string }): string {
  return `import { defineTarget, dynamicVhd, gceArchive, installedDisk, liveSystem } from '../pipeline/index.ts';
export default defineTarget({ name: '${name}', arch: '${arch}', summary: 'a fixture', parts: () => ({}), files: { '${file}': { about: 'a file', make({ context }) { ${make} } } } });
`;
}

const DISK = `const disk = installedDisk(context, liveSystem(context, 'amd64'), { name: 'amd64' });`;

const step = (input: string) =>
  `const { file } = context.graph.add({ kind: 'select', title: 'pick', action: { type: 'builtin', writer: 'select', options: { files: {} } }, inputs: { tar: ${input} }, outputs: { file: 'file' } }); context.describe(file, { kind: 'kernel', contents: {} });`;

/** A real target that is built in a moment. */
const GOOD = `import { defineTarget, ipxeScript, liveSystem } from '../pipeline/index.ts';
export default defineTarget({ name: 'amd64', arch: 'amd64', summary: 'a fixture', parts: (context) => ({ system: liveSystem(context, 'amd64') }), files: {
  vmlinuz: { about: 'the kernel', make: ({ system }) => system.kernel.image },
  'rancheros.ipxe': { about: 'the script', make: ({ context }) => ipxeScript(context) },
} });
`;

interface BadTarget {
  readonly sentence: string;
  readonly name: string;
  readonly text: string;
  /** What it says alone, and what its exit code is then. */
  readonly says: readonly RegExp[];
  readonly end: number;
}

const BAD: readonly BadTarget[] = [
  {
    sentence: 'a wrong processor',
    name: 'riscv',
    text: targetText('riscv', { arch: 'riscv64', make: 'return;' }),
    says: [/targets\/riscv\.ts: The target "riscv" is for the processor "riscv64"/, /amd64, arm64/],
    end: 2,
  },
  {
    sentence: 'packages for a processor that nothing is locked for',
    name: 'unlocked',
    text: targetText('unlocked', { make: `context.packages('base', 'riscv64');` }),
    says: [/targets\/packages\.lock\.json: The lock has no package set "base" for riscv64/],
    end: 2,
  },
  {
    sentence: 'overlay rules that do not exist',
    name: 'overlaid',
    text: targetText('overlaid', { make: `context.overlayRules('nothing');` }),
    says: [/targets\/overlaid\.ts: A target asks for overlays\/nothing\.yaml, which does not exist/],
    end: 2,
  },
  {
    sentence: 'a file outside of the release',
    name: 'outside',
    text: targetText('outside', { file: '../outside', make: 'return;' }),
    says: [/targets\/outside\.ts: "\.\.\/outside" is no path below a version's directory/],
    end: 2,
  },
  {
    sentence: 'a file that is promised and not made',
    name: 'promised',
    text: targetText('promised', { make: 'return;' }),
    says: [/targets\/promised\.ts: The target "promised" makes nothing for promised\/file/],
    end: 2,
  },
  {
    sentence: 'a mistake in its program',
    name: 'mistaken',
    text: targetText('mistaken', { make: 'return context.nothing.at.all;' }),
    says: [/targets\/mistaken\.ts:\d+:\d+: The target "mistaken" broke while it was read/, /TypeError/],
    end: 2,
  },
  {
    sentence: 'a disk smaller than its content',
    name: 'small',
    text: targetText('small', { make: `${DISK} return dynamicVhd(context, disk, { name: 'small/file', sizeMiB: 64 });` }),
    says: [/targets\/small\.ts: small\/file: A disk of 64 MiB is smaller than its content: \d+ MiB/],
    end: 2,
  },
  {
    sentence: 'a size that a platform refuses',
    name: 'odd',
    text: targetText('odd', { make: `${DISK} return gceArchive(context, disk, { name: 'odd/file', sizeMiB: 10001 });` }),
    says: [/targets\/odd\.ts: .*Google Compute Engine takes disks of whole GiB, and this one has 10001 MiB/],
    end: 2,
  },
  {
    sentence: 'a size that a format does not reach',
    name: 'huge',
    text: targetText('huge', { make: `${DISK} return dynamicVhd(context, disk, { name: 'huge/file', sizeMiB: 3_000_000 });` }),
    says: [/targets\/huge\.ts: huge\/file: A VHD holds at most 2088960 MiB/],
    end: 2,
  },
  {
    sentence: 'a step that meets other bytes than it was promised',
    name: 'failing',
    text: targetText('failing', { make: `${step(`{ from: 'repository', path: 'package.json' }`)} return file;` }),
    says: [/pick: the tar has/],
    end: 4,
  },
  {
    sentence: 'an input that is not there',
    name: 'inputless',
    text: targetText('inputless', { make: `${step(`{ from: 'repository', path: 'overlays/nothing' }`)} return file;` }),
    says: [/overlays\/nothing: The project has no overlays\/nothing/],
    end: 2,
  },
];

test('a bad target does not spoil the others', async (t) => {
  const folder = await temporaryFolder(t);
  const project = await projectCopy(folder);
  for (const name of await readdir(path.join(project, 'targets'))) if (name.endsWith('.ts')) await rm(path.join(project, 'targets', name));
  await writeFile(path.join(project, 'targets/amd64.ts'), GOOD);
  const dist = path.join(folder, 'os');
  // The disks of the fixtures are in the store of this user.
  const words = ['--dist', dist];
  for (const { name, text } of BAD) await writeFile(path.join(project, 'targets', `${name}.ts`), text);

  for (const { sentence, name, says, end: wanted } of BAD) {
    await t.test(`alone it says what is wrong and leaves nothing: ${sentence}`, async () => {
      const { end, stdout, stderr } = await cli(['build', name, ...words], { project });
      assert.equal(end, wanted, stderr);
      for (const each of says) assert.match(stderr, each);
      assert.doesNotMatch(stderr, /bug in the pipeline/);
      assert.doesNotMatch(stdout, /✔/);
      assert.equal(await exists(dist), false);
    });
  }

  await t.test('with --all the others are published, the summary says what failed and why, and the command has failed', async () => {
    const { end, stdout, stderr } = await cli(['build', '--all', ...words], { project });
    assert.equal(end, 1, stderr);
    assert.match(stdout, /^ {2}vmlinuz +[\d.]+ MB/m);
    assert.match(stdout, /^✔ .*os\/v[\d.]+-dev \(and .*os\/latest\)$/m);
    assert.match(stdout, /^✖ mistaken: The target "mistaken" broke while it was read\.$/m);
    for (const { name, says } of BAD) {
      assert.match(stdout, new RegExp(`^✖ ${name}: .+$`, 'm'));
      for (const each of says) assert.match(stderr, each);
    }
    assert.match(stderr, new RegExp(`^error: ${BAD.length} of ${BAD.length + 1} targets failed: .*mistaken.* The others lie in`, 'm'));
    assert.deepEqual(await filesBelow(path.join(dist, 'latest')), ['SHA256SUMS', 'rancheros.ipxe', 'release.json', 'vmlinuz']);
    assert.equal((await cli(['verify', '--dist', dist], { project })).end, 0);
  });

  await t.test('a name or a release file that two targets claim is told before anything is built', async () => {
    const place = path.join(project, 'targets/second.ts');
    await writeFile(place, targetText('second', { file: 'vmlinuz', make: 'return;' }));
    const file = await cli(['build', 'amd64', ...words], { project });
    await writeFile(place, targetText('amd64', { make: 'return;' }));
    const name = await cli(['build', 'amd64', ...words], { project });
    await rm(place);
    assert.deepEqual([file.end, name.end], [2, 2]);
    assert.match(file.stderr, /targets\/second\.ts: The release file "vmlinuz" stands in targets\/amd64\.ts too/);
    assert.match(name.stderr, /targets\/second\.ts: The target name "amd64" stands in targets\/amd64\.ts too/);
  });
});

test('several targets that were named are built into one version, each once', async (t) => {
  const { end, stdout } = await cli(['build', '--dry-run', '--json', '--target', 'vmware', '--target', 'amd64', '--target', 'vmware', '--dist', path.join(await temporaryFolder(t), 'os')]);
  assert.equal(end, 0);
  const { targets } = JSON.parse(stdout) as { readonly targets: readonly { readonly name: string; readonly files: readonly string[] }[] };
  assert.deepEqual(
    targets.map(({ name }) => name),
    ['amd64', 'vmware'],
  );
});
