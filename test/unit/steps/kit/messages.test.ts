import * as messages from '../../../../pipeline/steps/kit/messages.ts';
import { messageTests } from '../../../rig/messages.ts';

const kind = 'configuration';
const AGAIN = 'Run the same command with --paranoid: it makes anew what is damaged.';

messageTests('pipeline/steps/kit/messages.ts', messages, {
  notWholeGib: [
    [
      [1500],
      {
        kind,
        message: 'Google Compute Engine takes disks of whole GiB, and this one has 1500 MiB.',
        hint: 'Give the target a sizeMiB that is a multiple of 1024.',
      },
    ],
  ],
  tooLargeForVhd: [[[3000000, 2088960], { kind, message: 'A VHD holds at most 2088960 MiB, and this disk has 3000000 MiB.', hint: 'Give the target a smaller sizeMiB, or make a VHDX of it.' }]],
  stateOfDiskTooSmall: [[[10], { kind, message: 'The state of a disk has at least 64 MiB, not 10.', hint: 'Give the target a larger stateMiB.' }]],
  stateOfCardUnfit: [[[66], { kind, message: 'The state of a card has a multiple of 4 MiB, and at least 64, not 66.', hint: 'Give the target another stateMiB.' }]],
  commandLineTooLong: [[[2100, 2048], { kind, message: "The kernel's command line has 2100 characters; less than 2048 fit.", hint: 'Give the target fewer kernel arguments.' }]],
  fileTooLargeForZip: [
    [
      ['rancheros.vhd', 5000000000],
      {
        kind,
        message: '"rancheros.vhd" has 5000000000 bytes; a ZIP that everybody can read holds files below 4 GiB.',
        hint: 'Make the disk smaller, or pack it in another way.',
      },
    ],
  ],
  notOfPlannedSize: [
    [['boot', 5, 9], { kind: 'wrong-bytes', message: 'The boot file system has 5 bytes; its partition has 9.', hint: AGAIN }],
    [['state', 5, 9], { kind: 'wrong-bytes', message: 'The state file system has 5 bytes; its partition has 9.', hint: AGAIN }],
  ],
  inputEndsEarly: [[['layer/base', 4096], { kind: 'wrong-bytes', message: 'The input "layer/base" ends before byte 4096, which a piece goes on to.', hint: AGAIN }]],
});
