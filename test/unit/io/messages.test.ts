import * as messages from '../../../pipeline/io/messages.ts';
import { messageTests } from '../../rig/messages.ts';

const hint = 'Take another version of it, or make it anew.';

messageTests('pipeline/io/messages.ts', messages, {
  unpacksToTooMuch: [[['data.tar.xz', 9], { kind: 'wrong-bytes', message: 'data.tar.xz unpacks to more than 9 bytes, far more than its size justifies.', hint }]],
  notDecompressed: [
    [
      ['data.tar.xz', 'xz', 'Error: bad magic'],
      {
        kind: 'wrong-bytes',
        message: 'data.tar.xz is damaged, cut short or packed in an unusual way: its xz stream does not decompress.',
        evidence: 'Error: bad magic',
        hint,
      },
    ],
  ],
});
