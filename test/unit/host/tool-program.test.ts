import assert from 'node:assert/strict';
import { mkdir, symlink, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { after, test } from 'node:test';
import { BuildError } from '../../../pipeline/core/failure.ts';
import { removeTemporaryDirectory, temporaryDirectory } from '../../../pipeline/host/temporary-directory.ts';
import { toolProgram } from '../../../pipeline/host/tool-program.ts';

const folder = await temporaryDirectory('tool-program');
after(() => removeTemporaryDirectory(folder));

/** A tool image with these files, and links by their targets. */
async function image(name: string, files: readonly string[], links: { readonly [file: string]: string } = {}): Promise<string> {
  const root = path.join(folder, name);
  for (const file of [...files, ...Object.keys(links)]) await mkdir(path.dirname(path.join(root, file)), { recursive: true });
  for (const file of files) await writeFile(path.join(root, file), '');
  for (const [file, target] of Object.entries(links)) await symlink(target, path.join(root, file));
  return root;
}

const LOADER = 'usr/lib64/ld-linux-x86-64.so.2';
const tools = await image('tools', [LOADER, 'usr/sbin/both', 'usr/bin/both', 'usr/bin/real', 'usr/bin/plain'], {
  'usr/bin/link': '/etc/alternatives/link',
  'etc/alternatives/link': '../../usr/bin/real',
  'usr/bin/loop': 'loop',
});
const above = await image('above', ['usr/bin/extra']);

const programOf = (argv: readonly string[]) => path.relative(folder, argv.at(-1) ?? '');

test('a program is found by name in the order of a PATH in the sandbox, or by its path within the image', () => {
  assert.equal(programOf(toolProgram(tools, 'both')), 'tools/usr/sbin/both');
  assert.equal(programOf(toolProgram(tools, '/usr/bin/both')), 'tools/usr/bin/both');
});

test('an absolute link means a file of the image, not of the host', () => {
  assert.equal(programOf(toolProgram(tools, 'link')), 'tools/usr/bin/real');
});

test('a program that is a link is called by the name of the link, by which it knows what to do', () => {
  const argv = toolProgram(tools, 'link');
  assert.equal(argv[argv.indexOf('--argv0') + 1], path.join(tools, 'usr/bin/link'));
});

test('it starts through the loader and with the libraries of its own image, and finds its path on the host as its name', () => {
  const argv = toolProgram(tools, 'plain');
  assert.equal(argv[0], path.join(tools, LOADER));
  assert.equal(argv[argv.indexOf('--argv0') + 1], path.join(tools, 'usr/bin/plain'));
  assert.ok((argv[argv.indexOf('--library-path') + 1] ?? '').startsWith(path.join(tools, 'usr/lib')));
});

test('an image above another uses the loader and the libraries of both', () => {
  const argv = toolProgram(above, 'extra', { below: tools, calledAs: 'another' });
  assert.equal(argv[0], path.join(tools, LOADER));
  const libraries = (argv[argv.indexOf('--library-path') + 1] ?? '').split(':');
  assert.ok(libraries.includes(path.join(above, 'usr/lib')) && libraries.includes(path.join(tools, 'usr/lib')));
  assert.equal(argv[argv.indexOf('--argv0') + 1], 'another');
});

for (const [what, start, message] of [
  ['a program', () => toolProgram(tools, 'nothing'), 'The tool image has no program nothing.'],
  ['a loader', () => toolProgram(above, 'extra'), 'The tool image has no dynamic loader.'],
  ['an end of its links', () => toolProgram(tools, 'loop'), 'The program loop of the tool image is a loop of links.'],
] as const) {
  test(`an image without ${what} is a failure that says so`, () => {
    assert.throws(start, (error) => error instanceof BuildError && error.failures[0].message === message);
  });
}
