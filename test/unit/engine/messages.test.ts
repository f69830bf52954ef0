import * as messages from '../../../pipeline/engine/messages.ts';
import { messageTests } from '../../rig/messages.ts';

messageTests('pipeline/engine/messages.ts', messages, {
  outputMissing: [
    [
      ['squashfs base', 'out.squashfs'],
      {
        kind: 'step',
        message: 'The step "squashfs base" ended well but left no output named "out.squashfs".',
        hint: 'Correct its command, or the outputs that it declares. `npm run build -- --keep-failed` keeps what it left.',
      },
    ],
  ],
});
