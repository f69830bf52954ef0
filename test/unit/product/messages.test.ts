import * as messages from '../../../pipeline/product/messages.ts';
import { messageTests } from '../../rig/messages.ts';

const kind = 'configuration';
const PLACE = { file: 'acme/rancheros.yaml', line: 4, column: 5 };

messageTests('pipeline/product/messages.ts', messages, {
  noProductFile: [[['acme'], { kind: 'usage', message: 'There is no rancheros.yaml in "acme".', hint: 'Name the directory of a project with --project, or write its rancheros.yaml.' }]],
  noOverlay: [
    [[PLACE, 'overlay', false], { kind, message: 'There is no directory "overlay".', place: PLACE, hint: 'Name a directory beside rancheros.yaml whose files are laid over the system, or make it.' }],
    [[PLACE, 'overlay', true], { kind, message: '"overlay" is not a directory.', place: PLACE, hint: 'Name a directory beside rancheros.yaml whose files are laid over the system, or make it.' }],
  ],
  overlayUnreadable: [[['acme/overlay/etc'], { kind, message: 'This directory of an overlay cannot be read.', place: { file: 'acme/overlay/etc' }, hint: 'Give this user the right to read it.' }]],
  linkLeavesOverlay: [
    [
      ['acme/overlay/etc/a', '../../../secret'],
      {
        kind,
        message: 'This link leads out of its overlay, to "../../../secret".',
        place: { file: 'acme/overlay/etc/a' },
        hint: 'Let it lead to a path of the running system, such as /etc/hostname, or put the file itself here.',
      },
    ],
  ],
  notForAnOverlay: [
    [['acme/overlay/dev/null', 'a device'], { kind, message: 'This is a device; an overlay has files, directories and links.', place: { file: 'acme/overlay/dev/null' }, hint: 'Take it out.' }],
  ],
  overlayFileWithBits: [
    [
      ['acme/overlay/usr/bin/x', 'usr/bin/x', 0o4755],
      {
        kind,
        message: 'This file has the mode 4755: setuid, setgid and sticky bits of a checkout go into no system.',
        place: { file: 'acme/overlay/usr/bin/x' },
        hint: 'Run `chmod ug-s,-t` on it. If they are meant, say so in the file beside the overlay: modes: {usr/bin/x: "4755"}.',
      },
    ],
  ],
  noServiceFile: [[[PLACE, 'services/a.yml'], { kind, message: 'There is no file "services/a.yml".', place: PLACE, hint: 'Write it: a mapping from names to services, as in Compose.' }]],
  kernelWordUnfit: [
    [
      [PLACE, 'a b'],
      {
        kind,
        message: '"a b" would not reach the kernel as it stands here: boot loaders read blanks, quotes, backslashes and ${ themselves.',
        place: PLACE,
        hint: 'Write each argument as an item of its own, and a list as rancher.x=[a,b].',
      },
    ],
  ],
  kernelWordOurs: [
    [
      [PLACE, 'panic=1'],
      { kind, message: 'The pipeline sets the kernel argument "panic=1" itself.', place: PLACE, hint: 'Take it out. A single target says more with `append`, a machine with `ros install -a`.' },
    ],
  ],
  kernelWordsTooLong: [
    [
      [PLACE, 2000, 1024],
      { kind, message: 'The kernel arguments have 2000 characters; more than 1024 leave the boot loaders no room.', place: PLACE, hint: 'Put configuration into the cloud-config.' },
    ],
  ],
});
