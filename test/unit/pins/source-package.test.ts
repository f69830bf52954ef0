import assert from 'node:assert/strict';
import { test } from 'node:test';
import { sourceInControl, sourceOf } from '../../../pipeline/pins/source-package.ts';

const ROWS: readonly { readonly sentence: string; readonly fields: string; readonly source: readonly [string, string]; readonly builtUsing?: readonly string[] }[] = [
  { sentence: 'a package of its own source', fields: '', source: ['it', '1.0-1+b2'] },
  { sentence: 'a source of another name with the same version', fields: 'Source: other\n', source: ['other', '1.0-1+b2'] },
  { sentence: 'a source of another version', fields: 'Source: other (1.0-1)\n', source: ['other', '1.0-1'] },
  {
    sentence: 'libraries that are linked statically, in both fields, over several lines, each once',
    fields: 'Built-Using: golang-1.24 (= 1.24.4-1), glibc (= 2.41-12),\n golang-1.24 (= 1.24.4-1)\nStatic-Built-Using: rust-x (= 1:2~3)\n',
    source: ['it', '1.0-1+b2'],
    builtUsing: ['glibc=2.41-12', 'golang-1.24=1.24.4-1', 'rust-x=1:2~3'],
  },
];

for (const {
  sentence,
  fields,
  source: [name, version],
  builtUsing = [],
} of ROWS)
  test(`what a package was made of: ${sentence}`, () => {
    const stanza = `Package: it\nVersion: 1.0-1+b2\n${fields}Architecture: amd64\n`;
    assert.deepEqual(sourceOf(stanza), { source: { name, version }, builtUsing });
    assert.deepEqual(sourceInControl(JSON.stringify({ package: 'it', stanza })), { source: { name, version }, builtUsing });
  });
