import * as messages from '../../../pipeline/cli/release-messages.ts';
import { messageTests } from '../../rig/messages.ts';

const TARGET = { name: 'odd', file: 'targets/odd.ts' };
const PLACE = { file: 'targets/odd.ts' };

messageTests('pipeline/cli/release-messages.ts', messages, {
  sameTargetName: [
    [['odd', 'targets/odd.ts', 'targets/even.ts'], { kind: 'configuration', message: 'The target name "odd" stands in targets/even.ts too.', place: PLACE, hint: 'Rename one of the two.' }],
  ],
  sameReleaseFile: [
    [
      ['odd/a.iso', 'targets/odd.ts', 'targets/even.ts'],
      { kind: 'configuration', message: 'The release file "odd/a.iso" stands in targets/even.ts too.', place: PLACE, hint: 'Rename one of the two.' },
    ],
  ],
  noSuchProcessor: [[[TARGET, 'mips', ['amd64', 'arm64']], { kind: 'configuration', message: 'The target "odd" is for the processor "mips".', place: PLACE, hint: 'Choose one of amd64, arm64.' }]],
  notAReleasePath: [[[TARGET, '../x'], { kind: 'configuration', message: '"../x" is no path below a version\'s directory.', place: PLACE, hint: 'Write it like vmware/rancheros.iso.' }]],
  targetMakesNothing: [
    [
      [TARGET, ['a.iso', 'b.iso']],
      {
        kind: 'configuration',
        message: 'The target "odd" makes nothing for a.iso, b.iso.',
        place: PLACE,
        hint: 'The `make` of a file returns the artifact of its step; `npm run check` says where it does not.',
      },
    ],
  ],
  filesNotDescribed: [
    [
      [TARGET, ['a.iso', 'b.iso']],
      {
        kind: 'configuration',
        message: 'No recipe says what these files of the target "odd" are: a.iso, b.iso.',
        place: PLACE,
        hint: 'Give `make` what a recipe of pipeline/index.ts returns, or let the recipe call `context.describe`.',
      },
    ],
  ],
  targetNotRead: [
    [
      [{ file: 'own/targets/mine.ts', line: 3, column: 9 }, 'Expected ";" but found "x"'],
      {
        kind: 'configuration',
        message: 'This target file cannot be read: Expected ";" but found "x".',
        place: { file: 'own/targets/mine.ts', line: 3, column: 9 },
        hint: 'Correct the line; the other targets can be built meanwhile.',
      },
    ],
  ],
  noTargetIn: [
    [
      ['own/targets/mine.ts'],
      {
        kind: 'configuration',
        message: 'This file exports no target.',
        place: { file: 'own/targets/mine.ts' },
        hint: 'Write `export default defineTarget({ name, arch, summary, parts, files })`; a name has small letters, digits, dots, dashes and underscores.',
      },
    ],
  ],
  targetBroke: [
    [
      [TARGET, 'TypeError: no\n    at targets/odd.ts:3'],
      {
        kind: 'configuration',
        message: 'The target "odd" broke while it was read.',
        place: PLACE,
        evidence: 'TypeError: no\n    at targets/odd.ts:3',
        hint: 'Mend the first file of the project that the lines above name.',
      },
    ],
  ],
  noSuchYamlFile: [[['overlays/x.yaml', ['system', 'vmware']], { kind: 'configuration', message: 'A target asks for overlays/x.yaml, which does not exist.', hint: 'There are: system, vmware.' }]],
  someTargetsFailed: [
    [
      [['aws', 'vmware'], 5, '/dist/os/v1.2.3'],
      {
        kind: 'step',
        message: '2 of 5 targets failed: aws, vmware. The others lie in /dist/os/v1.2.3.',
        hint: 'Mend what is told below, then run the same command again: what was built is kept.',
      },
    ],
  ],
  twoVersionsWanted: [[[], { kind: 'usage', message: 'Two versions are wanted.', hint: 'Name them as they lie below dist/os: `npm run diff -- v1.5.8 v1.5.9`.' }]],
  noSuchRelease: [
    [['v9.9.9', 'dist/os/v9.9.9/release.json'], { kind: 'usage', message: 'There is no release "v9.9.9".', place: { file: 'dist/os/v9.9.9/release.json' }, hint: 'Name a version below --dist.' }],
    [
      ['v9.9.9', 'dist/os/v9.9.9/release.json', true],
      {
        kind: 'usage',
        message: 'There is no release "v9.9.9".',
        place: { file: 'dist/os/v9.9.9/release.json' },
        hint: 'Name a version below --dist, or a file that `npm run -s plan -- TARGET --json` printed.',
      },
    ],
  ],
  manifestUnreadable: [[['a/release.json'], { kind: 'usage', message: 'The manifest of this release cannot be read.', place: { file: 'a/release.json' }, hint: 'Name a version below --dist.' }]],
  notAPlan: [[['a.json'], { kind: 'usage', message: 'This file is no plan.', place: { file: 'a.json' }, hint: 'Make one: `npm run -s plan -- TARGET --json >FILE`.' }]],
  buildNotRemembered: [
    [
      ['v1.2.3', 'a/release.json', 'sha256:00'],
      {
        kind: 'usage',
        message: 'This store does not remember the build of v1.2.3.',
        place: { file: 'a/release.json' },
        evidence: 'its sources: sha256:00',
        hint: 'In a checkout of its commit, write a plan: `npm run -s plan -- TARGET --json >FILE`. Then name it: --since FILE.',
      },
    ],
  ],
  targetNotBuilt: [
    [
      ['amd64', 'dist/a.iso'],
      {
        kind: 'configuration',
        message: 'The target "amd64" was not built yet.',
        place: { file: 'dist/a.iso' },
        hint: 'Build it first: `npm run build -- --target amd64`.',
      },
    ],
    [
      ['amd64', 'dist/a.iso', { version: undefined, dist: 'my dist' }],
      {
        kind: 'configuration',
        message: 'The target "amd64" was not built yet.',
        place: { file: 'dist/a.iso' },
        hint: "Build it first: `npm run build -- --target amd64 --dist 'my dist'`.",
      },
    ],
  ],
  currencyUnknown: [
    [
      ['no source is known'],
      {
        kind: 'network',
        message: 'Whether security updates have superseded locked packages is not known: no index could be reached.',
        evidence: 'no source is known',
        hint: 'Name a mirror with --mirror, or release without asking with --accept-stale.',
      },
    ],
  ],
  securityUpdatesMissing: [
    [
      [Array.from({ length: 22 }, (_, index) => `p${index}`)],
      {
        kind: 'configuration',
        message: 'Security updates have superseded 22 locked packages.',
        place: { file: 'targets/packages.lock.json' },
        evidence: 'p0\np1\np2\np3\np4\np5\np6\np7\np8\np9\np10\np11\np12\np13\np14\np15\np16\np17\np18\np19\nand 2 more',
        hint: 'Lock the newer ones with `npm run pins -- update`, or release these with --accept-stale.',
      },
    ],
  ],
  changesNotCommitted: [
    [
      [[' M README.md', '?? targets/new.ts']],
      {
        kind: 'configuration',
        message: 'The project has changes that no commit holds. A release is made of a commit.',
        evidence: ' M README.md\n?? targets/new.ts',
        hint: 'Commit or stash them, or release them all the same with --allow-dirty.',
      },
    ],
  ],
  gitNotAsked: [
    [
      ['fatal: not a git repository'],
      {
        kind: 'configuration',
        message: 'Whether the project has changes that no commit holds is not known: git could not be asked. A release is made of a commit.',
        evidence: 'fatal: not a git repository',
        hint: 'Build in a clone where git works, or release them all the same with --allow-dirty.',
      },
    ],
  ],
  noRoom: [
    [
      ['/var/store', { needed: '3.2 GB', free: '1.0 GB', remedy: 'clean-store' }],
      {
        kind: 'disk',
        message: 'There is not enough room on the disk. This build takes about 3.2 GB in /var/store, and 1.0 GB are free.',
        place: { file: '/var/store' },
        hint: 'Free some space, or build all the same with --ignore-space.',
        remedy: 'clean-store',
      },
    ],
  ],
});
