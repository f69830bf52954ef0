import { digestFromHex } from '../../../pipeline/core/digest.ts';
import type { PackagePin } from '../../../pipeline/core/step.ts';
import * as messages from '../../../pipeline/fetch/messages.ts';
import type { Attempt } from '../../../pipeline/fetch/source-health.ts';
import { messageTests } from '../../rig/messages.ts';

const PIN: PackagePin = { from: 'debian', name: 'curl', version: '8.1', arch: 'amd64', archive: 'debian', path: 'pool/curl.deb', size: 9, digest: digestFromHex('0'.repeat(64)) };
const MISSING: Attempt = { url: 'http://me:secret@mirror.example/a', reason: 'missing', message: 'has no such file' };
const LYING: Attempt = { url: 'http://other.example/a', reason: 'wrong', message: 'gave 3 bytes' };
const evidence = 'http://mirror.example/a: has no such file\nhttp://other.example/a: gave 3 bytes';

messageTests('pipeline/fetch/messages.ts', messages, {
  packageGone: [
    [
      [PIN, []],
      {
        kind: 'network',
        message: 'The locked package curl 8.1 (amd64) is no longer in the archive.',
        evidence: 'no source is known',
        hint: 'Run `npm run pins -- update` to lock its successor, or name a mirror that still has it with --mirror.',
      },
    ],
  ],
  packageNotFetched: [
    [
      [PIN, [MISSING]],
      {
        kind: 'network',
        message: 'The package curl 8.1 (amd64) could not be fetched.',
        evidence: 'http://mirror.example/a: has no such file',
        hint: 'Name another mirror with --mirror or RANCHEROS_DEBIAN_MIRROR, or try again later.',
      },
    ],
    [
      [PIN, [MISSING, LYING]],
      {
        kind: 'wrong-bytes',
        message: 'No source gave the locked bytes of the package curl 8.1 (amd64).',
        evidence,
        hint: 'Name another mirror with --mirror or RANCHEROS_DEBIAN_MIRROR, or try again later.',
      },
    ],
  ],
  pinnedFileNotFetched: [
    [
      ['firmware.zip', [MISSING]],
      {
        kind: 'network',
        message: 'firmware.zip could not be fetched.',
        evidence: 'http://mirror.example/a: has no such file',
        hint: 'Correct the pin, add an address that has the file, or try again later.',
      },
    ],
    [
      ['firmware.zip', [MISSING, LYING]],
      {
        kind: 'wrong-bytes',
        message: 'No address gave the pinned bytes of firmware.zip.',
        evidence,
        hint: 'Correct the pin, add an address that has the file, or try again later.',
      },
    ],
  ],
  notInProject: [
    [
      ['overlays/x'],
      {
        kind: 'configuration',
        message: 'The project has no overlays/x.',
        place: { file: 'overlays/x' },
        hint: 'Add it, or correct the path in the target that names it.',
      },
    ],
  ],
  outsideProject: [
    [
      ['../x'],
      {
        kind: 'configuration',
        message: 'The input ../x lies outside the project.',
        place: { file: '../x' },
        hint: 'Name a path below the top of the project in the target that names it.',
      },
    ],
  ],
  changedWhileRead: [[['overlays/x'], { kind: 'configuration', message: 'overlays/x changed while it was read.', place: { file: 'overlays/x' }, hint: 'Run the same command again.' }]],
  notAFileToTake: [
    [
      ['overlays/x'],
      {
        kind: 'configuration',
        message: 'overlays/x is neither a file, a directory nor a symbolic link.',
        place: { file: 'overlays/x' },
        hint: 'Remove it.',
      },
    ],
  ],
});
