import assert from 'node:assert/strict';
import { test } from 'node:test';
import { filterNodes } from '../../../pipeline/steps/layer/filter.ts';
import { nodesOf } from '../../../pipeline/trees/tar-in.ts';
import { file, folder, source, symlink, tarOf } from './sample.ts';

const NODES = nodesOf(
  source(
    tarOf([
      folder(''),
      folder('etc'),
      file('etc/x.conf', ''),
      folder('usr'),
      folder('usr/bin'),
      file('usr/bin/x', ''),
      folder('usr/share'),
      folder('usr/share/doc'),
      folder('usr/share/doc/x'),
      file('usr/share/doc/x/copyright', ''),
      file('usr/share/doc/x/changelog.gz', ''),
      symlink('usr/share/doc/y', 'x'),
      folder('usr/share/doc/x/examples'),
      folder('usr/share/man'),
      folder('usr/share/man/man1'),
      file('usr/share/man/man1/x.1.gz', ''),
      folder('var'),
      folder('var/empty'),
    ]),
  ),
  'it',
);
const RIGHTS = ['', 'usr', 'usr/share', 'usr/share/doc', 'usr/share/doc/x', 'usr/share/doc/x/copyright', 'usr/share/doc/y'];

const ROWS: readonly (readonly [string, readonly string[], readonly string[], readonly string[]])[] = [
  ['without patterns everything stays', [], [], NODES.map((node) => node.path)],
  ['manuals go with their folders', [], ['usr/share/man'], NODES.map((node) => node.path).filter((path) => !path.startsWith('usr/share/man'))],
  ['a dropped folder of documents keeps its copyright files and links', ['usr/share'], ['usr/share/doc', 'usr/share/man'], RIGHTS],
  ['what is kept brings the folders above it, and copyright files stay', ['usr/bin/x'], [], ['', 'usr', 'usr/bin', 'usr/bin/x', ...RIGHTS.slice(2)]],
  ['an empty folder stays when it is asked for', ['var/empty'], [], [...RIGHTS, 'var', 'var/empty']],
  ['drop wins over keep', ['etc'], ['etc/x.conf'], ['', 'etc', ...RIGHTS.slice(1)]],
];
for (const [sentence, keep, drop, expected] of ROWS) {
  test(sentence, () => {
    assert.deepEqual(
      filterNodes(NODES, { keep, drop }).map((node) => node.path),
      expected,
    );
  });
}
