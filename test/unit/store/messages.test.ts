import { digestFromHex } from '../../../pipeline/core/digest.ts';
import * as messages from '../../../pipeline/store/messages.ts';
import { messageTests } from '../../rig/messages.ts';

const ZEROS = digestFromHex('0'.repeat(64));
const ONES = digestFromHex('1'.repeat(64));
const OTHER_SOURCE = 'Take the file from another source, or correct the pin.';

messageTests('pipeline/store/messages.ts', messages, {
  storedFileChanged: [
    [
      ['/store/a', { wanted: ZEROS, found: ONES }],
      {
        kind: 'wrong-bytes',
        message: 'A stored file was changed after it was written.',
        place: { file: '/store/a' },
        evidence: `wanted sha256:${'0'.repeat(64)}, found sha256:${'1'.repeat(64)}`,
        hint: 'It was removed; run the same command again and it is made anew. If this happens twice, check the disk.',
      },
    ],
  ],
  otherDigestReceived: [
    [
      [{ wanted: ZEROS, received: ONES }],
      {
        kind: 'wrong-bytes',
        message: 'Received bytes do not have the digest that is pinned.',
        evidence: `wanted sha256:${'0'.repeat(64)}, received sha256:${'1'.repeat(64)}`,
        hint: OTHER_SOURCE,
      },
    ],
  ],
  otherSizeReceived: [
    [[{ wanted: 9, received: 3 }], { kind: 'wrong-bytes', message: 'Received bytes do not have the size that is pinned.', evidence: 'wanted 9 bytes, received 3', hint: OTHER_SOURCE }],
    [[{ wanted: 9, received: 12 }], { kind: 'wrong-bytes', message: 'Received bytes do not have the size that is pinned.', evidence: 'wanted 9 bytes, received at least 12', hint: OTHER_SOURCE }],
  ],
});
