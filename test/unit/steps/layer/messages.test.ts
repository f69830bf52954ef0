import * as messages from '../../../../pipeline/steps/layer/messages.ts';
import { messageTests } from '../../../rig/messages.ts';

const kind = 'configuration';

messageTests('pipeline/steps/layer/messages.ts', messages, {
  otherPackage: [[['curl', 'wget'], { kind, message: 'The input package/curl is the package wget.', hint: 'Name the input by the package that it is of.' }]],
  notForALayer: [[['overlay system', 'fifo', 'run/pipe'], { kind, message: 'The overlay system holds a fifo, /run/pipe.', hint: 'A layer holds files, directories and symbolic links: drop it.' }]],
  ruleUnused: [
    [['overlay system', 'etc/*.cfg'], { kind, message: 'The overlay system has a rule for "etc/*.cfg", which matches nothing in it.', hint: 'Correct the path of the rule, or take the rule out.' }],
  ],
  modeOfNothing: [[['etc/x'], { kind, message: 'The modes of this layer name /etc/x, which it does not have.', hint: 'Correct the path, or take the mode out.' }]],
  modeOfLink: [[['etc/x'], { kind, message: 'The modes of this layer give /etc/x a mode, but it is a symbolic link.', hint: 'Name what the link leads to.' }]],
  noCertificates: [[[], { kind, message: 'The effect ca-bundle finds no certificates in this layer.', hint: 'Put the package ca-certificates into the same layer.' }]],
  notACertificate: [
    [['usr/share/a.crt', 'package own-certificates'], { kind, message: '/usr/share/a.crt of package own-certificates is no PEM certificate.', hint: 'Drop it, or replace it by one.' }],
  ],
  accountFileMissing: [[['etc/group'], { kind: 'configuration', message: 'The effect accounts finds no /etc/group in this layer.', hint: 'Lay the table into the same layer.' }]],
  groupMissing: [
    [['lldpd', 'net'], { kind: 'configuration', message: 'The user "lldpd" has the group "net", which /etc/group does not have.', hint: 'Declare it under "groups" in targets/scripts.yaml.' }],
  ],
  numberTaken: [
    [
      ['etc/passwd', 'lldpd', 'sshd', '990'],
      { kind: 'configuration', message: '"lldpd" has the number 990 in /etc/passwd, and so has "sshd".', hint: 'Give it another number in targets/scripts.yaml.' },
    ],
  ],
  accountDiffers: [[['etc/group', 'a:x:1:', 'a:x:2:'], { kind: 'configuration', message: '/etc/group has "a:x:1:", and targets/scripts.yaml declares "a:x:2:".', hint: 'Make the two agree.' }]],
  shellMissing: [
    [
      ['usr/bin/zsh'],
      {
        kind,
        message: 'The effect shells names /usr/bin/zsh, which the layer does not have.',
        hint: 'Add the package that has it, or take the shell out of the effect.',
      },
    ],
  ],
});
