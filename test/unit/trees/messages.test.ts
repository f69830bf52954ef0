import * as messages from '../../../pipeline/trees/messages.ts';
import { messageTests } from '../../rig/messages.ts';

const kind = 'wrong-bytes';
const hint = 'Take another version of it, or make it anew.';

messageTests('pipeline/trees/messages.ts', messages, {
  pathOfTwo: [
    [
      [{ path: 'etc/a', owner: 'package a' }, 'overlay system', 'other contents'],
      {
        kind: 'configuration',
        message: '/etc/a comes from package a and from overlay system, and they differ: other contents.',
        hint: 'Drop it from one of them, or name the path under "replaces" if the later one shall win.',
      },
    ],
  ],
  belowNoDirectory: [
    [
      [
        { path: 'etc/a/b', owner: 'package a' },
        { path: 'etc/a', owner: 'package b', type: 'file' },
      ],
      { kind: 'configuration', message: '/etc/a/b of package a lies below /etc/a, which is a file of package b.', hint: 'Drop one of the two.' },
    ],
  ],
  memberTwice: [[['package a', 'etc/a'], { kind, message: 'package a has two members "etc/a".', hint }]],
  memberThroughFile: [[['package a', 'etc/a/b', { path: 'etc/a', type: 'symlink' }], { kind, message: 'package a puts "etc/a/b" through "etc/a", which is a symlink in it.', hint }]],
  linkToNoFile: [[['package a', 'b', 'c'], { kind, message: 'package a has a hard link "b" to "c", which is no earlier file in it.', hint }]],
  linkLeavesTree: [[['package a', 'b', '../../c'], { kind, message: 'package a has a symbolic link "b" that leaves the tree: it points to "../../c".', hint }]],
  notADebianPackage: [[['a.deb'], { kind, message: 'a.deb is no Debian package of format 2: it does not begin with "debian-binary".', hint }]],
  notForAPackage: [[['package a', 'fifo', 'run/x'], { kind, message: 'package a has a fifo "run/x"; packages have no such members.', hint }]],
  compressionUnknown: [[['a.deb', 'data.tar.br'], { kind, message: 'a.deb has "data.tar.br": this compression is not supported, Debian 13 uses xz.', hint }]],
  packageLacksMember: [[['a.deb', 'data.tar'], { kind, message: 'a.deb has no data.tar.', hint }]],
  controlLacksField: [[['a.deb', 'Version'], { kind, message: 'a.deb has a control file without Version.', hint }]],
  notText: [[['the control file of a.deb'], { kind, message: 'the control file of a.deb is not UTF-8 text.', hint }]],
});
