import { digestFromHex } from '../../../pipeline/core/digest.ts';
import * as messages from '../../../pipeline/verify/messages.ts';
import { messageTests } from '../../rig/messages.ts';

const hint = 'Build the version again, or take the file from where it was published.';
const kind = 'wrong-bytes';
const MANIFEST = { file: '/dist/v1.2.3/release.json' };
const FILE = { file: '/dist/v1.2.3/a.iso' };

messageTests('pipeline/verify/messages.ts', messages, {
  manifestMissing: [
    [['/dist/v1.2.3', ['a.iso', 'b.iso']], { kind, message: 'The manifest is missing, so nobody can say what these files should be.', place: MANIFEST, evidence: 'there are: a.iso, b.iso', hint }],
    [
      ['/dist/v1.2.3', ['1', '2', '3', '4', '5', '6', '7', '8', '9', '10', '11']],
      {
        kind,
        message: 'The manifest is missing, so nobody can say what these files should be.',
        place: MANIFEST,
        evidence: 'there are: 1, 2, 3, 4, 5, 6, 7, 8, 9, 10 …',
        hint,
      },
    ],
  ],
  linkLeadsNowhere: [
    [['/dist/latest', 'v1.2.3'], { kind, message: 'It points to v1.2.3, which is not there.', place: { file: '/dist/latest' }, hint: 'Build a version again: its build puts the link right.' }],
  ],
  manifestUnreadable: [[['/dist/v1.2.3', 'it is no JSON'], { kind, message: 'There is no readable release.json here: it is no JSON.', place: MANIFEST, hint }]],
  nothingBuilt: [
    [
      ['/dist/v1.2.3'],
      {
        kind: 'usage',
        message: 'Nothing was built here yet.',
        place: { file: '/dist/v1.2.3' },
        hint: 'Build the version first (`npm run build`), or name another.',
      },
    ],
  ],
  manifestEmpty: [[['/dist/v1.2.3'], { kind, message: 'The manifest names no file.', place: MANIFEST, hint }]],
  manifestOfOtherVersion: [[['/dist/v1.2.3', 'v1.2.4'], { kind, message: 'The manifest is that of v1.2.4, and lies in the directory of "v1.2.3".', place: MANIFEST, hint }]],
  fileMissing: [[['/dist/v1.2.3/a.iso'], { kind, message: 'The file is missing.', place: FILE, hint }]],
  fileUnreadable: [[['/dist/v1.2.3/a.iso', 'EACCES: permission denied'], { kind, message: 'The file cannot be read.', place: FILE, evidence: 'EACCES: permission denied', hint }]],
  fileNotAsListed: [
    [
      ['/dist/v1.2.3/a.iso', { wanted: { digest: digestFromHex('0'.repeat(64)), size: 3 }, found: { digest: digestFromHex('1'.repeat(64)), size: 4 } }],
      {
        kind,
        message: 'The file is not what its manifest says.',
        place: FILE,
        evidence: `wanted sha256:${'0'.repeat(64)} (3 bytes)\nfound  sha256:${'1'.repeat(64)} (4 bytes)`,
        hint,
      },
    ],
  ],
  formatNotAsListed: [
    [
      ['/dist/v1.2.3/a.iso', 'iso', ['gpt.header: x', 'fat.size: y']],
      {
        kind,
        message: 'The file, or what is in it, is not what release.json says: iso.',
        place: FILE,
        evidence: 'gpt.header: x\nfat.size: y',
        hint: 'Its own digest is that of release.json, so it was not damaged later: it was made wrong, or file and list were changed together. Do not publish it. Build the version again, or take it from where it was published.',
      },
    ],
  ],
  sumsNotAsListed: [[['/dist/v1.2.3/SHA256SUMS'], { kind, message: 'The list of sums does not agree with release.json.', place: { file: '/dist/v1.2.3/SHA256SUMS' }, hint }]],
  fileNotListed: [[['/dist/v1.2.3/a.iso'], { kind, message: 'The manifest does not name this file.', place: FILE, hint: 'Take it away: it is of no release.' }]],
});
