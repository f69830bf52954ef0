import * as messages from '../../../../pipeline/steps/cpio/messages.ts';
import { messageTests } from '../../../rig/messages.ts';

const kind = 'configuration';

messageTests('pipeline/steps/cpio/messages.ts', messages, {
  modeWithoutFile: [[['init'], { kind, message: 'There is a mode for init, but no input file/init.', hint: 'Correct the path, or take the mode out.' }]],
  fileTooLargeForCpio: [
    [['big', 'file big', 5000000000], { kind, message: '/big of file big has 5000000000 bytes; a cpio archive holds files below 4 GiB only.', hint: 'Leave it out of the initrd.' }],
  ],
  attributesInCpio: [
    [
      ['usr/bin/ping', 'package iputils', ['security.capability', 'user.a']],
      {
        kind,
        message: '/usr/bin/ping of package iputils has extended attributes, which a cpio archive cannot hold: security.capability, user.a.',
        hint: 'Leave it out of the initrd, or take its attributes away.',
      },
    ],
  ],
});
