import * as messages from '../../../pipeline/disks/messages.ts';
import { messageTests } from '../../rig/messages.ts';

const kind = 'wrong-bytes';
const hint = 'Run the same command with --paranoid: it makes anew what is damaged.';

messageTests('pipeline/disks/messages.ts', messages, {
  diskTooSmall: [
    [
      [100, 300],
      {
        kind: 'configuration',
        message: 'A disk of 100 MiB is smaller than its content: 300 MiB.',
        hint: 'Give it a larger sizeMiB in the target, or less to carry.',
      },
    ],
  ],
  bootNotOfPlannedSize: [[[5, 9], { kind, message: 'The boot file system has 5 bytes; its partition has 9.', hint }]],
  stateTooLarge: [[[10, 9], { kind, message: 'The state file system has 10 bytes; 9 were planned.', hint }]],
  argumentFileOfOtherSize: [[['append.cfg', 5, 9], { kind, message: '/append.cfg of the boot file system has 5 bytes, not 9.', hint }]],
  inputTooLarge: [[['/in/boot.img', 9], { kind, message: '/in/boot.img has 9 bytes, more than belong into this place of a disk.', hint }]],
  planTooLarge: [[[9], { kind, message: 'The plan of the disk has 9 bytes, more than a plan takes.', hint }]],
});
