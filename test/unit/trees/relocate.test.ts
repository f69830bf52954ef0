import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { Move } from '../../../pipeline/steps/layer/step.ts';
import { relocate } from '../../../pipeline/trees/relocate.ts';
import { nodesOf } from '../../../pipeline/trees/tar-in.ts';
import { file, type Member, source, symlink, tarOf } from './sample.ts';

function placed(member: Member, moves: readonly Move[] = []): readonly [string, string | undefined] | undefined {
  const [node] = relocate(nodesOf(source(tarOf([member])), 'it'), moves);
  return node ? [node.path, node.target] : undefined;
}

const PLACES: readonly (readonly [string, Member, readonly [string, string | undefined] | undefined, (readonly Move[])?])[] = [
  ['a file below /lib lies below /usr/lib', file('lib/x/y', ''), ['usr/lib/x/y', undefined]],
  ['a file below /sbin lies below /usr/sbin', file('sbin/x', ''), ['usr/sbin/x', undefined]],
  ['a file of /usr stays', file('usr/lib/x', ''), ['usr/lib/x', undefined]],
  ['a name that only begins so stays', file('library/x', ''), ['library/x', undefined]],
  ["a package's own link /lib is left out", symlink('lib', 'usr/lib'), undefined],
  ['a neighbour is still named by its neighbour', symlink('lib/libx.so', 'libx.so.1'), ['usr/lib/libx.so', 'libx.so.1']],
  ['a link from /lib into /usr takes one step less', symlink('lib/x', '../usr/share/x'), ['usr/lib/x', '../share/x']],
  ['a link from /lib to /etc takes one step more', symlink('lib/x', '../etc/x'), ['usr/lib/x', '../../etc/x']],
  ['a link from /usr/lib to /lib keeps its text, for /lib is a link', symlink('usr/lib/x', '../../lib/y'), ['usr/lib/x', '../../lib/y']],
  ['an absolute link keeps its text', symlink('sbin/x', '/bin/y'), ['usr/sbin/x', '/bin/y']],
  ['what is moved lies there', file('boot/vmlinuz-6.12', ''), ['boot/vmlinuz', undefined], [{ from: 'boot/vmlinuz-6.12', to: 'boot/vmlinuz' }]],
  ['what lies in a moved folder goes with it', file('usr/lib/a/b/c', ''), ['opt/b/c', undefined], [{ from: 'usr/lib/a', to: 'opt' }]],
  ['a folder can be moved to the root', file('usr/lib/a/b', ''), ['b', undefined], [{ from: 'usr/lib/a', to: '' }]],
  ['moves see the path after usr-merge', file('lib/a', ''), ['opt/a', undefined], [{ from: 'usr/lib/a', to: 'opt/a' }]],
  ['a link follows what it points to', symlink('usr/bin/x', '../lib/a/x'), ['usr/bin/x', '../../opt/x'], [{ from: 'usr/lib/a', to: 'opt' }]],
  ['an absolute link follows what it points to', symlink('usr/bin/x', '/usr/lib/a/x'), ['usr/bin/x', '/opt/x'], [{ from: 'usr/lib/a', to: 'opt' }]],
];
for (const [sentence, member, expected, moves] of PLACES) {
  test(sentence, () => {
    assert.deepEqual(placed(member, moves), expected);
  });
}
