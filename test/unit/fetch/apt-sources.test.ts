import assert from 'node:assert/strict';
import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import os from 'node:os';
import path from 'node:path';
import { after, before, test } from 'node:test';
import { parseDeb822Sources, parseListSources, readAptSources } from '../../../pipeline/fetch/apt-sources.ts';

let folder: string;
before(async () => {
  folder = await mkdtemp(path.join(os.tmpdir(), 'apt-'));
});
after(() => rm(folder, { recursive: true, force: true }));

test('the one-line format is read, with options and without comments and sources', () => {
  const text = `# deb http://old.example/debian trixie main
deb http://a.example/debian trixie main contrib # the first
deb-src http://a.example/src trixie main
deb [ arch=amd64 signed-by=/usr/share/keyrings/x.gpg ] https://b.example/debian/ trixie main
  deb cdrom:[Debian]/ trixie main
`;
  assert.deepEqual(parseListSources(text), ['http://a.example/debian', 'https://b.example/debian/', 'cdrom:[Debian]/']);
});

test('the deb822 format is read, with several addresses, comments and switched-off paragraphs', () => {
  const text = `Types: deb deb-src
# a comment inside
URIs: http://a.example/debian
  http://b.example/debian
Suites: trixie
Components: main

Enabled: no
Types: deb
URIs: http://off.example/debian

Types: deb-src
URIs: http://src.example/debian

types: deb
uris: http://c.example/debian
`;
  assert.deepEqual(parseDeb822Sources(text), ['http://a.example/debian', 'http://b.example/debian', 'http://c.example/debian']);
});

test('all files of a host are read in their order, http only, nothing twice', async () => {
  await mkdir(path.join(folder, 'sources.list.d'));
  await writeFile(path.join(folder, 'sources.list'), 'deb http://a.example/debian/ trixie main\ndeb file:/srv/debian trixie main\n');
  await writeFile(path.join(folder, 'sources.list.d', 'b.sources'), 'Types: deb\nURIs: http://b.example/debian http://a.example/debian\nSuites: trixie\n');
  await writeFile(path.join(folder, 'sources.list.d', 'a.list'), 'deb https://c.example/debian trixie main\n');
  await writeFile(path.join(folder, 'sources.list.d', 'z.list.save'), 'deb http://saved.example/debian trixie main\n');
  assert.deepEqual(await readAptSources(folder), ['http://a.example/debian', 'https://c.example/debian', 'http://b.example/debian']);
});

test('a host without apt has no sources', async () => {
  assert.deepEqual(await readAptSources(path.join(folder, 'none')), []);
});
