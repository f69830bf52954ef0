import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { TreeCheckOptions } from '../../../pipeline/steps/tree-check/step.ts';
import { write } from '../../../pipeline/steps/tree-check/write.ts';
import { failure, file, folder, type Member, runWriter, symlink, tarOf, withFolders } from '../trees/sample.ts';
import { elfOf } from '../trees/sample-elf.ts';

const TRIPLET = 'usr/lib/x86_64-linux-gnu';
const LIBRARIES: readonly Member[] = [
  symlink('lib64', 'usr/lib64'),
  symlink('bin', 'usr/bin'),
  file('usr/lib64/ld.so.2', elfOf({})),
  file(`${TRIPLET}/libc.so.6`, elfOf({})),
  symlink(`${TRIPLET}/libz.so.1`, 'libz.so.1.3'),
  file(`${TRIPLET}/libz.so.1.3`, elfOf({ needed: ['libc.so.6'] })),
  file(`${TRIPLET}/private/libown.so`, elfOf({})),
  file('usr/bin/bash', elfOf({ needed: ['libc.so.6'], interpreter: '/lib64/ld.so.2' }), { mode: 0o755 }),
  file('usr/bin/env', elfOf({})),
];

interface LayerUnderTest {
  readonly name: string;
  readonly members: readonly Member[];
  readonly declarations?: readonly { readonly owner: string; readonly path: string; readonly line: string }[];
}

async function check(layers: readonly LayerUnderTest[], options: Partial<TreeCheckOptions> = {}): Promise<{ readonly [name: string]: unknown }> {
  const inputs: { [name: string]: Uint8Array } = {};
  for (const { name, members, declarations = [] } of layers) {
    inputs[`layer/${name}`] = tarOf(withFolders(members));
    inputs[`contents/${name}`] = Buffer.from(JSON.stringify({ packages: [], entries: [{ path: 'usr/bin/x', owner: 'package x' }], bytes: 1, declarations }));
  }
  const { report } = await runWriter(write, { inputs, outputs: ['report'], options: { arch: 'amd64', layers: layers.map(({ name }) => name), ...options } });
  return JSON.parse(report.toString()) as { readonly [name: string]: unknown };
}

const tree = (...members: readonly Member[]): readonly LayerUnderTest[] => [{ name: 'base', members: [...LIBRARIES, ...members] }];
const program = (sample: Parameters<typeof elfOf>[0], name = 'usr/bin/x'): Member => file(name, elfOf(sample), { mode: 0o755 });
const script = (line: string, mode = 0o755): Member => file('usr/bin/x', `${line}\nexit\n`, { mode });

const FINE: readonly (readonly [string, readonly LayerUnderTest[], Partial<TreeCheckOptions>?])[] = [
  ['a program whose libraries lie where the loader looks', tree(program({ needed: ['libc.so.6', 'libz.so.1'], interpreter: '/lib64/ld.so.2' }))],
  ['a library of a private folder by RUNPATH', tree(program({ needed: ['libown.so'], runpath: `/${TRIPLET}/private` }))],
  ['a library beside by $ORIGIN', tree(program({ needed: ['libown.so'], runpath: '$ORIGIN/../lib/x86_64-linux-gnu/private' }))],
  ['a library by ${ORIGIN} and RPATH', tree(program({ needed: ['libown.so'], rpath: '/nowhere:${ORIGIN}/../lib/x86_64-linux-gnu/private' }))],
  ['a library of a lower layer', [...tree(), { name: 'top', members: [program({ needed: ['libc.so.6'] })] }]],
  ['a kernel module for whatever machine', tree(program({ type: 1, machine: 183, needed: ['nothing'] }, 'usr/lib/modules/x.ko'))],
  ['a script by a link to its interpreter', tree(script('#!/bin/bash'))],
  ['a script by env', tree(script('#!/usr/bin/env -S bash -e'))],
  ['a script that nobody can execute', tree(script('#!/no/such', 0o644))],
  ['a link into /run, /proc or /dev', tree(symlink('var/run', '../run'), symlink('etc/mtab', '/proc/self/mounts'), symlink('etc/rules', '/dev/null'))],
  ['a link through a link', tree(symlink('usr/sh', '../bin/bash'))],
  ['a dangling link that is known', tree(symlink('etc/localtime', '/usr/share/zoneinfo/UTC')), { danglingLinks: ['etc/localtime'] }],
  [
    'folders in two layers',
    [
      { name: 'a', members: [folder('etc')] },
      { name: 'b', members: [folder('etc')] },
    ],
  ],
  [
    'a file that covers another by declaration',
    [
      { name: 'a', members: [file('x', '1')] },
      { name: 'b', members: [file('x', '2')] },
    ],
    { replaces: ['x'] },
  ],
];
for (const [sentence, layers, options] of FINE) {
  test(`${sentence} is fine`, async () => {
    await check(layers, options);
  });
}

const TROUBLE: readonly (readonly [string, readonly LayerUnderTest[], RegExp])[] = [
  ['a library that is not there', tree(program({ needed: ['libc.so.6', 'libqt.so'] })), /^\/usr\/bin\/x of package x needs libqt\.so, which the tree does not have/],
  ['a library for another machine', tree(file(`${TRIPLET}/libold.so`, elfOf({ bits: 32, machine: 3 })), program({ needed: ['libold.so'] })), /needs libold\.so/],
  ['a library in a private folder without RUNPATH', tree(program({ needed: ['libown.so'] })), /needs libown\.so/],
  ['a library that is a dangling link', tree(program({ needed: ['liby.so'] }), symlink(`${TRIPLET}/liby.so`, 'liby.so.1')), /needs liby\.so/],
  ['a loader that is not there', tree(program({ interpreter: '/lib64/ld-musl.so' })), /is started by \/lib64\/ld-musl\.so/],
  ['a program for another machine', tree(program({ machine: 183 })), /program for another machine \(ELF machine 183, 64 bits\)/],
  ['an interpreter that is not there', tree(script('#! /usr/bin/python3 -u')), /no \/usr\/bin\/python3, which runs 1 of its scripts: \/usr\/bin\/x of package x/],
  ['an interpreter that env does not find', tree(script('#!/usr/bin/env perl')), /no \/usr\/bin\/perl, which runs 1/],
  ['a link to nothing', tree(symlink('usr/bin/x', '/etc/alternatives/x')), /\/usr\/bin\/x of package x is a link to \/etc\/alternatives\/x/],
  ['a link to itself', tree(symlink('usr/bin/x', 'x')), /is a link to x/],
  [
    'one file in two layers',
    [
      { name: 'a', members: [file('x', '1')] },
      { name: 'b', members: [file('x', '2')] },
    ],
    /\/x is in the layers a and b: other contents/,
  ],
  [
    'the same file in two layers',
    [
      { name: 'a', members: [file('x', '1')] },
      { name: 'b', members: [file('x', '1')] },
    ],
    /\/x is in the layers a and b: the same thing twice/,
  ],
  [
    'a folder of two modes',
    [
      { name: 'a', members: [folder('x')] },
      { name: 'b', members: [folder('x', { mode: 0o700 })] },
    ],
    /\/x is in the layers a and b: mode 0755 and 0700/,
  ],
  [
    'a user that nobody makes',
    [{ name: 'a', members: [], declarations: [{ owner: 'package ssh', path: 'usr/lib/sysusers.d/ssh.conf', line: 'u sshd -' }] }],
    /sysusers\.d\/ssh\.conf of package ssh asks for something that nothing here makes: "u sshd -"/,
  ],
];
for (const [sentence, layers, message] of TROUBLE) {
  test(`${sentence} is told`, async () => {
    await assert.rejects(check(layers), failure('configuration', message));
  });
}

for (const handled of ['u sshd -', 'u sshd*', 'package ssh']) {
  test(`a declaration is handled by ${JSON.stringify(handled)}`, async () => {
    await check([{ name: 'a', members: [], declarations: [{ owner: 'package ssh', path: 'usr/lib/sysusers.d/ssh.conf', line: 'u sshd -' }] }], { handled: [handled] });
  });
}

test('all troubles are told at once', async () => {
  await assert.rejects(
    check(tree(program({ needed: ['liba.so'] }), symlink('y', 'z'))),
    (error: unknown) => error instanceof Error && 'failures' in error && Array.isArray(error.failures) && error.failures.length === 2,
  );
});

test('the report counts what was looked at', async () => {
  const report = await check([...tree(), { name: 'top', members: [script('#!/bin/bash')] }]);
  // Six folders: usr, usr/bin, usr/lib, usr/lib64, the triplet and its private one.
  assert.deepEqual([report['elfFiles'], report['scripts'], report['paths']], [6, 1, 16]);
});
