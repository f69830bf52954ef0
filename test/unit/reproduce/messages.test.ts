import * as messages from '../../../pipeline/reproduce/messages.ts';
import { messageTests } from '../../rig/messages.ts';

const BY_STEP = 'Look for a clock, an address, a name of a directory or an order of a listing in what this step runs.';
const BY_FILE = 'The steps named before it made the difference; where none is named, two of its inputs differ.';

messageTests('pipeline/reproduce/messages.ts', messages, {
  buildFailed: [[[1, 'no room'], { kind: 'step', message: 'A build ended with 1, so there is nothing to compare.', evidence: 'no room', hint: 'Make `npm run build` work by itself first.' }]],
  stopped: [[[], { kind: 'interrupted', message: 'The builds were stopped.' }]],
  manifestUnreadable: [
    [['/d/release.json'], { kind: 'wrong-bytes', message: 'The manifest that a build wrote cannot be read.', place: { file: '/d/release.json' }, hint: 'Report it: this is a bug of the pipeline.' }],
  ],
  notReproduced: [
    [
      [{ kind: 'step', name: 'layer base', where: 'from byte 136 on, first in etc/issue (mtime 1 and 2)', parts: [] }, 'another umask'],
      {
        kind: 'wrong-bytes',
        message: 'The step "layer base" gave other bytes from the same inputs in a second build, from byte 136 on, first in etc/issue (mtime 1 and 2).',
        evidence: 'what was different: another umask',
        hint: BY_STEP,
      },
    ],
    [
      [{ kind: 'file', name: 'rancheros.iso', where: 'from byte 0 on', parts: ['initrd'] }, 'another umask'],
      { kind: 'wrong-bytes', message: 'rancheros.iso differs in a second build, from byte 0 on.', evidence: 'what was different: another umask\nwhat differs in it: initrd', hint: BY_FILE },
    ],
  ],
});
