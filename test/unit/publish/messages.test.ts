import { digestFromHex } from '../../../pipeline/core/digest.ts';
import * as messages from '../../../pipeline/publish/messages.ts';
import { messageTests } from '../../rig/messages.ts';

const ZEROS = digestFromHex('0'.repeat(64));
const ONES = digestFromHex('1'.repeat(64));

messageTests('pipeline/publish/messages.ts', messages, {
  notAVersion: [[['1.2.3'], { kind: 'usage', message: '"1.2.3" is no version.', hint: 'A version looks like v1.5.9, or v1.5.9-rc1 for a prerelease, and has 64 characters at most.' }]],
  storedFileChanged: [
    [
      ['/store/a', { wanted: ZEROS, found: ONES }],
      {
        kind: 'wrong-bytes',
        message: 'A stored file was changed after it was written; it was not published.',
        place: { file: '/store/a' },
        evidence: `wanted sha256:${'0'.repeat(64)}, found sha256:${'1'.repeat(64)}`,
        hint: 'Run the same command with --paranoid: it removes what is damaged and makes it anew.',
      },
    ],
  ],
  versionOfOtherSources: [
    [
      ['v1.2.3', '/dist/v1.2.3/release.json', { there: ZEROS, now: ONES }],
      {
        kind: 'usage',
        message: 'v1.2.3 was already built here from other sources; a version never changes.',
        place: { file: '/dist/v1.2.3/release.json' },
        evidence: `there: sha256:${'0'.repeat(64)}\nnow:   sha256:${'1'.repeat(64)}`,
        hint: 'Choose another version, or remove that directory if it was never published.',
      },
    ],
  ],
});
