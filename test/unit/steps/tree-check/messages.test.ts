import * as messages from '../../../../pipeline/steps/tree-check/messages.ts';
import { messageTests } from '../../../rig/messages.ts';

const kind = 'configuration';
const FILE = { path: 'usr/bin/a', owner: 'package a' };
const ADD_PACKAGE = 'Add the package that has it to the set, or drop the program.';

messageTests('pipeline/steps/tree-check/messages.ts', messages, {
  pathInTwoLayers: [
    [['etc/a', ['base', 'docker'], 'other contents'], { kind, message: '/etc/a is in the layers base and docker: other contents.', hint: 'Drop it from one layer, or name it under "replaces".' }],
    [['etc/a', ['base', 'docker'], undefined], { kind, message: '/etc/a is in the layers base and docker: the same thing twice.', hint: 'Drop it from one layer, or name it under "replaces".' }],
  ],
  programOfOtherMachine: [
    [
      [FILE, { machine: 183, bits: 64 }],
      {
        kind,
        message: '/usr/bin/a of package a is a program for another machine (ELF machine 183, 64 bits).',
        hint: 'Take the package of this architecture, or drop the program.',
      },
    ],
  ],
  librariesMissing: [[[FILE, ['libb.so.1', 'libc.so.6']], { kind, message: '/usr/bin/a of package a needs libb.so.1, libc.so.6, which the tree does not have.', hint: ADD_PACKAGE }]],
  loaderMissing: [[[FILE, '/lib64/ld-linux.so.2'], { kind, message: '/usr/bin/a of package a is started by /lib64/ld-linux.so.2, which the tree does not have.', hint: ADD_PACKAGE }]],
  interpreterMissing: [
    [['usr/bin/perl', [FILE]], { kind, message: 'The tree has no /usr/bin/perl, which runs 1 of its scripts: /usr/bin/a of package a.', hint: ADD_PACKAGE }],
    [
      ['usr/bin/perl', [FILE, FILE, FILE, FILE]],
      {
        kind,
        message: 'The tree has no /usr/bin/perl, which runs 4 of its scripts: /usr/bin/a of package a, /usr/bin/a of package a, /usr/bin/a of package a, ….',
        hint: ADD_PACKAGE,
      },
    ],
  ],
  linkDangles: [
    [
      [FILE, 'b'],
      {
        kind,
        message: '/usr/bin/a of package a is a link to b, which the tree does not have.',
        hint: 'Add what it points to, drop it, or name it under "danglingLinks".',
      },
    ],
  ],
  pathOfScriptMissing: [
    [
      ['etc/shells'],
      {
        kind,
        message: 'The tree has no /etc/shells, which a maintainer script would have made.',
        hint: 'Make it, or correct pipeline/recipes/effects.ts.',
      },
    ],
  ],
  declarationUnhandled: [
    [
      [FILE, 'd /run/a 0755'],
      {
        kind,
        message: '/usr/bin/a of package a asks for something that nothing here makes: "d /run/a 0755".',
        hint: 'Make it (an overlay, a directory, an effect), then name the line under "handled".',
      },
    ],
  ],
  moreTroubles: [[[7], { kind, message: 'There are 7 more troubles with this tree.', hint: 'Mend those above first.' }]],
});
