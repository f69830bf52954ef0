import assert from 'node:assert/strict';
import { test } from 'node:test';
import { relocate } from '../../../pipeline/trees/relocate.ts';
import { nodesOf } from '../../../pipeline/trees/tar-in.ts';
import { file, type Member, source, symlink, tarOf } from './sample.ts';

function placed(member: Member): readonly [string, string | undefined] | undefined {
  const [node] = relocate(nodesOf(source(tarOf([member])), 'it'));
  return node ? [node.path, node.target] : undefined;
}

const PLACES: readonly (readonly [string, Member, readonly [string, string | undefined] | undefined])[] = [
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
];
for (const [sentence, member, expected] of PLACES) {
  test(sentence, () => {
    assert.deepEqual(placed(member), expected);
  });
}
