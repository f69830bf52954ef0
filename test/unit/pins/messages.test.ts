import { digestFromHex } from '../../../pipeline/core/digest.ts';
import type { Attempt } from '../../../pipeline/fetch/source-health.ts';
import * as messages from '../../../pipeline/pins/messages.ts';
import { messageTests } from '../../rig/messages.ts';

const PLACE = { file: 'targets/packages.yaml', line: 7, column: 3 };
const REQUEST = { file: 'targets/packages.yaml' };
const SCRIPTS = { file: 'targets/scripts.yaml' };
const LOCK = { file: 'targets/packages.lock.json' };
const SILENT: readonly Attempt[] = [{ url: 'http://mirror.example/a', reason: 'unreachable', message: 'did not answer' }];
const LYING: readonly Attempt[] = [{ url: 'http://mirror.example/a', reason: 'wrong', message: 'gave 3 bytes' }];
const DIGEST = digestFromHex('0'.repeat(64));
const TO_READ = { name: 'libc', arches: ['amd64', 'arm64'], digests: [DIGEST] } as const;
const ACKNOWLEDGE = `Read it, and acknowledge it:
  libc:
    scripts:
      - sha256:0000000000000000000000000000000000000000000000000000000000000000
    nothing: # why nothing of it is needed; or, in place of this line, effects: [NAME] and a reason
`;
const DAMAGED = {
  kind: 'configuration',
  message: 'The lock file is damaged.',
  place: LOCK,
  hint: 'Take it from version control again, or write it anew with `npm run pins -- update`.',
} as const;

messageTests('pipeline/pins/messages.ts', messages, {
  noLock: [[['targets/packages.lock.json'], { kind: 'configuration', message: 'There is no lock of packages, or it has an older form.', place: LOCK, hint: 'Run `npm run pins -- update`.' }]],
  lockNotJson: [[['targets/packages.lock.json', 'SyntaxError: no'], { ...DAMAGED, evidence: 'SyntaxError: no' }]],
  lockWithoutVersion: [[['targets/packages.lock.json'], { ...DAMAGED, evidence: 'no version' }]],
  lockWithoutDigest: [[['targets/packages.lock.json', 'curl=8.1'], { ...DAMAGED, evidence: 'curl=8.1 has no digest' }]],
  lockWithoutPackage: [[['targets/packages.lock.json', 'base', 'curl=8.1'], { ...DAMAGED, evidence: 'the set "base" names curl=8.1, which is not locked' }]],
  setNotLocked: [
    [
      ['extra', 'arm64', ['base', 'tools']],
      {
        kind: 'configuration',
        message: 'The lock has no package set "extra" for arm64.',
        place: LOCK,
        hint: 'Known: base, tools. A new set is added to targets/packages.yaml and locked by `npm run pins -- update`.',
      },
    ],
    [
      ['extra', 'arm64', []],
      {
        kind: 'configuration',
        message: 'The lock has no package set "extra" for arm64.',
        place: LOCK,
        hint: 'Known: none. A new set is added to targets/packages.yaml and locked by `npm run pins -- update`.',
      },
    ],
  ],
  setLockedOtherwise: [
    [
      ['tools (amd64)', 'targets/packages.lock.json'],
      {
        kind: 'configuration',
        message: 'The set tools (amd64) is not locked as targets/packages.yaml asks for it.',
        place: LOCK,
        hint: 'Run `npm run pins -- update`.',
      },
    ],
  ],
  setsInCircle: [
    [
      [PLACE, ['a', 'b', 'a']],
      {
        kind: 'configuration',
        message: 'The sets "a" above "b" above "a" go round in a circle.',
        place: PLACE,
        hint: 'Take one of them out of the list `above` of another.',
      },
    ],
  ],
  noSuchSet: [
    [[PLACE, 'bas', ['base', 'tools'], 'base'], { kind: 'configuration', message: 'There is no set "bas".', place: PLACE, hint: 'Did you mean "base"?' }],
    [[PLACE, 'x', ['base', 'tools'], undefined], { kind: 'configuration', message: 'There is no set "x".', place: PLACE, hint: 'There are: base, tools.' }],
  ],
  inSet: [
    [
      [PLACE, { name: 'base', arch: 'amd64' }, { message: 'The archives have no package curll.', hint: 'Did you mean curl?' }],
      { kind: 'configuration', message: 'base (amd64): The archives have no package curll.', place: PLACE, hint: 'Did you mean curl?' },
    ],
  ],
  notInArchives: [
    [['curll', 'curl'], { message: 'The archives have no package curll.', hint: 'Did you mean curl?' }],
    [['xyzzy', undefined], { message: 'The archives have no package xyzzy.', hint: 'Correct the name, or add an archive that has it.' }],
  ],
  standsForNone: [[['linux-image-amd64'], { message: 'linux-image-amd64 stands for no other package.', hint: 'Name a package that depends on another.' }]],
  dependencyNotInArchives: [[['curl 8.1', 'libc6 (>= 9)'], { message: 'curl 8.1 needs libc6 (>= 9), which the archives do not have.', hint: 'Exclude it, or add an archive that has it.' }]],
  askedForAndExcluded: [[['curl'], { message: 'curl is both asked for and excluded.', hint: 'Take it out of one of the two lists.' }]],
  packagesConflict: [
    [
      ['a 1', 'b 2', 'b (<< 3)'],
      {
        message: 'a 1 cannot live beside b 2: it conflicts with b (<< 3).',
        hint: 'Take one of the two out, or exclude the one that only a dependency brings in.',
      },
    ],
  ],
  neitherNothingNorEffects: [
    [
      [PLACE, 'libc'],
      {
        kind: 'configuration',
        message: '"libc" must have either "nothing" or "effects", "users" and "groups".',
        place: PLACE,
        hint: 'Say in "nothing" why none of its scripts is needed, or name what they do in "effects", and what accounts they make in "users" and "groups".',
      },
    ],
  ],
  noSuchEffect: [[[PLACE, 'depmdo', ['depmod', 'shells']], { kind: 'configuration', message: '"depmdo" is no known effect.', place: PLACE, hint: 'Known: depmod, shells.' }]],
  projectNotLocked: [
    [
      ['acme/packages.lock.json', 'acme'],
      { kind: 'configuration', message: 'The packages of the project are not locked yet.', place: { file: 'acme/packages.lock.json' }, hint: 'Run `npm run pins -- update --project acme`.' },
    ],
  ],
  projectLockedOtherwise: [
    [
      ['packages.lock.json', 'arm64', ''],
      {
        kind: 'configuration',
        message: 'The packages of the project (arm64) are not locked as its rancheros.yaml asks for them.',
        place: { file: 'packages.lock.json' },
        hint: 'Run `npm run pins -- update --project .`.',
      },
    ],
  ],
  releaseLockedAnew: [
    [
      ['packages.lock.json', 'amd64', ''],
      {
        kind: 'configuration',
        message: 'The packages of the project (amd64) were chosen for another lock of the release.',
        place: { file: 'packages.lock.json' },
        hint: 'Run `npm run pins -- update --project .`.',
      },
    ],
  ],
  projectWithoutPackages: [[[PLACE, ''], { kind: 'usage', message: 'The project asks for no packages.', place: PLACE, hint: 'Add one: `npm run pins -- add htop --project .`.' }]],
  scriptsNotAcknowledged: [
    [
      ['libc', 'amd64'],
      {
        kind: 'configuration',
        message: 'The scripts of libc (amd64) are not acknowledged.',
        place: SCRIPTS,
        hint: 'Run `npm run pins -- update`: it shows them.',
      },
    ],
  ],
  scriptsNew: [
    [
      [TO_READ, 'echo hello'],
      {
        kind: 'configuration',
        message: 'The scripts of libc (amd64, arm64) are not acknowledged.',
        place: SCRIPTS,
        evidence: 'echo hello',
        hint: ACKNOWLEDGE,
      },
    ],
  ],
  scriptsChanged: [[[TO_READ, '- a\n+ b'], { kind: 'configuration', message: 'The scripts of libc (amd64, arm64) changed.', place: SCRIPTS, evidence: '- a\n+ b', hint: ACKNOWLEDGE }]],
  scriptsShared: [
    [
      [['libc', 'libm'], DIGEST, 'echo hello'],
      {
        kind: 'configuration',
        message: 'The same scripts of libc, libm are not acknowledged.',
        place: SCRIPTS,
        evidence: 'echo hello',
        hint: `Read it, and acknowledge it once, under \`scripts\`:
  sha256:0000000000000000000000000000000000000000000000000000000000000000:
    nothing: # why nothing of it is needed; or, in place of this line, effects: [NAME] and a reason
`,
      },
    ],
  ],
  noSetToAddTo: [
    [[PLACE, 'bsae', ['base', 'tools'], 'base'], { kind: 'usage', message: 'There is no set "bsae".', place: PLACE, hint: 'Did you mean "base"? Sets: base, tools.' }],
    [[PLACE, 'x', ['base', 'tools'], undefined], { kind: 'usage', message: 'There is no set "x".', place: PLACE, hint: 'Sets: base, tools.' }],
  ],
  notLocked: [
    [['dokcer', 'docker'], { kind: 'usage', message: 'No package of the lock has the name "dokcer".', hint: 'Did you mean "docker"? A new package comes in by `npm run pins -- add dokcer`.' }],
    [['x', undefined], { kind: 'usage', message: 'No package of the lock has the name "x".', hint: 'A new package comes in by `npm run pins -- add x`.' }],
  ],
  keyringNotInArchives: [
    [
      [PLACE, 'debian-archive-keyring'],
      {
        kind: 'configuration',
        message: 'The archives have no package debian-archive-keyring.',
        place: PLACE,
        hint: 'Name the package that holds the keys of the archives.',
      },
    ],
  ],
  signedIndexNotFetched: [
    [
      ['debian', 'trixie', SILENT],
      {
        kind: 'network',
        message: 'The signed index of debian (trixie) could not be fetched.',
        evidence: 'http://mirror.example/a: did not answer',
        hint: 'Name a Debian mirror with --mirror or RANCHEROS_DEBIAN_MIRROR.',
      },
    ],
  ],
  componentMissing: [
    [
      ['debian', 'mian', 'amd64'],
      {
        kind: 'configuration',
        message: 'The archive debian has no packages of component "mian" for amd64.',
        place: REQUEST,
        hint: 'Correct the components of this archive.',
      },
    ],
  ],
  indexNotFetched: [
    [
      ['debian main amd64', LYING],
      {
        kind: 'wrong-bytes',
        message: 'The index debian main amd64 could not be fetched.',
        evidence: 'http://mirror.example/a: gave 3 bytes',
        hint: 'The mirror may be in the middle of an update: try again in a few minutes.',
      },
    ],
  ],
  signedIndexIncomplete: [[['debian'], { kind: 'wrong-bytes', message: 'The signed index of debian lacks its codename or date.', hint: 'Name another mirror with --mirror.' }]],
  otherCodename: [
    [
      ['debian', { seen: 'forky', wanted: 'trixie' }],
      {
        kind: 'wrong-bytes',
        message: 'The mirror gave the index of forky for debian, where trixie was asked for.',
        place: REQUEST,
        hint: 'Name another mirror with --mirror, or correct the codename.',
      },
    ],
  ],
  indexExpired: [
    [
      ['debian', new Date(Date.UTC(2026, 0, 2))],
      {
        kind: 'network',
        message: 'The index of debian expired on 2026-01-02T00:00:00.000Z.',
        hint: "The mirror is no longer updated, or this machine's clock is wrong: name another with --mirror, or set the clock.",
      },
    ],
  ],
  indexOlderThanLock: [
    [
      ['debian', new Date(Date.UTC(2026, 0, 2)), new Date(Date.UTC(2026, 1, 3))],
      {
        kind: 'network',
        message: 'The index of debian is of 2026-01-02T00:00:00.000Z, older than the one that the lock came from (2026-02-03T00:00:00.000Z).',
        hint: 'The mirror lags behind: name another with --mirror.',
      },
    ],
  ],
  signatureRefused: [
    [
      ['the index of debian', 'no signature'],
      {
        kind: 'wrong-bytes',
        message: "The signature of the index of debian is not one of the Debian archive's.",
        evidence: 'no signature',
        hint: 'Somebody or something changed the file on its way: name another mirror with --mirror.',
      },
    ],
  ],
  keyringWithoutKeys: [
    [
      [],
      {
        kind: 'wrong-bytes',
        message: 'The keyring package holds no usr/share/keyrings/debian-archive-keyring.pgp.',
        place: REQUEST,
        hint: 'Pin a version of the keyring package that holds it.',
      },
    ],
  ],
  keysNotThoseOfLock: [
    [
      ['targets/keyring.pgp'],
      {
        kind: 'wrong-bytes',
        message: 'The archive keys are not the ones that the lock names.',
        place: { file: 'targets/keyring.pgp' },
        hint: 'Take the file from version control again; or remove it, and the keys come anew from the package that targets/packages.yaml pins.',
      },
    ],
  ],
});
