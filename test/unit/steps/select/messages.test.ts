import * as messages from '../../../../pipeline/steps/select/messages.ts';
import { messageTests } from '../../../rig/messages.ts';

const kind = 'configuration';

messageTests('pipeline/steps/select/messages.ts', messages, {
  notAFileOfTar: [
    [['usr/lib/a.efi', { elsewhere: ['boot/a.efi', 'opt/a.efi'] }], { kind, message: 'The tar has no file /usr/lib/a.efi.', hint: 'It has /boot/a.efi, /opt/a.efi.' }],
    [['usr/lib', { type: 'directory', elsewhere: [] }], { kind, message: 'The tar has no file /usr/lib: it is a directory.', hint: 'Correct the path, or name another package.' }],
  ],
  tooManyLinks: [[['usr/lib/a', 40], { kind, message: '/usr/lib/a leads through more than 40 links.', hint: 'Name the file that the links should lead to.' }]],
});
