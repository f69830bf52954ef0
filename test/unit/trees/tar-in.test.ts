import assert from 'node:assert/strict';
import { test } from 'node:test';
import { nodesOf } from '../../../pipeline/trees/tar-in.ts';
import { device, failure, file, folder, hardLink, type Member, source, symlink, tarOf } from './sample.ts';

const nodes = (members: readonly Member[]) => nodesOf(source(tarOf(members)), 'package evil');

const HOSTILE: readonly (readonly [string, readonly Member[], RegExp])[] = [
  ['a file through a symbolic link of its own', [symlink('etc', '/tmp'), file('etc/passwd', '')], /puts "etc\/passwd" through "etc", which is a symlink/],
  ['the same in the other order', [file('etc/passwd', ''), symlink('etc', '/tmp')], /puts "etc\/passwd" through "etc"/],
  ['a file below a file', [file('a', ''), file('a/b', '')], /through "a", which is a file/],
  ['a deep path through a link', [folder('a'), symlink('a/b', '..'), file('a/b/c/d', '')], /through "a\/b"/],
  ['a symbolic link that climbs out', [symlink('x', '../../etc/shadow')], /symbolic link "x" that leaves the tree/],
  ['one path twice', [file('a', 'one'), file('a', 'two')], /two members "a"/],
  ['a folder that becomes a link', [folder('a'), symlink('a', 'b')], /two members "a"/],
  ['a folder with two modes', [folder('a'), folder('a', { mode: 0o777 })], /two members "a"/],
  ['a hard link to nothing', [hardLink('a', 'b')], /hard link "a" to "b", which is no earlier file/],
  ['a hard link to a later file', [hardLink('a', 'b'), file('b', '')], /no earlier file/],
  ['a hard link to itself', [hardLink('a', 'a')], /no earlier file/],
  ['a hard link to a symbolic link', [symlink('s', '/etc/shadow'), hardLink('a', 's')], /no earlier file/],
];
for (const [sentence, members, message] of HOSTILE) {
  test(`an archive with ${sentence} is refused by name`, () => {
    assert.throws(() => nodes(members), failure('wrong-bytes', message));
    assert.throws(() => nodes(members), failure('wrong-bytes', /^package evil /));
  });
}

test('a folder may come twice when both say the same', () => {
  assert.equal(nodes([folder('a'), folder('a')]).length, 1);
});

test('absolute symbolic links are of the tree and stay', () => {
  assert.equal(nodes([symlink('etc/localtime', '/usr/share/zoneinfo/UTC')])[0]?.target, '/usr/share/zoneinfo/UTC');
});

test('all names of a hard-linked file share its contents', () => {
  const [first, second, third] = nodes([file('a', 'x'), hardLink('b', 'a'), hardLink('c', 'b')]);
  assert.ok(first?.content);
  assert.equal(first.content, second?.content);
  assert.equal(first.content, third?.content);
  assert.equal(third?.type, 'file');
});

test('devices are read: whether they may be there is for others to say', () => {
  assert.deepEqual(nodes([device('console')])[0]?.device, { major: 5, minor: 1 });
});
