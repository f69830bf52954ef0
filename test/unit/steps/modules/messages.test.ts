import * as messages from '../../../../pipeline/steps/modules/messages.ts';
import { messageTests } from '../../../rig/messages.ts';

const OTHER_PACKAGE = 'Lock another version of the kernel package: `npm run pins -- update`.';

messageTests('pipeline/steps/modules/messages.ts', messages, {
  noModules: [
    [
      ['usr/lib/modules/6.12'],
      {
        kind: 'configuration',
        message: 'The kernel package has no modules below /usr/lib/modules/6.12.',
        hint: 'Give the recipe the release of the kernel that the package holds.',
      },
    ],
  ],
  entriesWithoutModules: [
    [
      ['6.12', ['nope', 'drivers/x/*']],
      {
        kind: 'configuration',
        message: 'The kernel 6.12 has no modules for "nope", "drivers/x/*".',
        hint: 'Remove these entries from the list in kernel-configs/ or from rancheros.yaml: the kernel dropped them, renamed them, or has them built in.',
      },
    ],
  ],
  moduleTwice: [
    [
      ['ext4', 'usr/lib/modules/6.12', ['a/ext4.ko', 'b/ext4.ko']],
      { kind: 'wrong-bytes', message: 'The kernel package has two modules ext4 below /usr/lib/modules/6.12: a/ext4.ko and b/ext4.ko.', hint: OTHER_PACKAGE },
    ],
  ],
  neededModuleMissing: [[['ext4', 'jbd2'], { kind: 'wrong-bytes', message: 'The module ext4 depends on jbd2, which the kernel package does not have.', hint: OTHER_PACKAGE }]],
});
