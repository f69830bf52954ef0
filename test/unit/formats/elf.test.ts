import assert from 'node:assert/strict';
import { test } from 'node:test';
import { isElf, readElf } from '../../../pipeline/formats/elf.ts';
import { inMemory } from '../../../pipeline/formats/random-access.ts';
import { FileSource } from '../../../pipeline/io/file-source.ts';
import { failure } from '../trees/sample.ts';
import { type ElfSample, elfOf } from '../trees/sample-elf.ts';

const SHAPES: readonly (readonly [string, ElfSample])[] = [
  ['of 64 bits', {}],
  ['of 32 bits', { bits: 32, machine: 3 }],
  ['of the other byte order', { isLittle: false, machine: 22 }],
  ['of 32 bits and the other byte order', { isLittle: false, bits: 32, machine: 20 }],
];
for (const [sentence, shape] of SHAPES) {
  test(`a program ${sentence} says what it needs`, () => {
    const elf = readElf(inMemory(elfOf({ ...shape, interpreter: '/lib64/ld.so.2', needed: ['libc.so.6', 'libm.so.6'], runpath: '$ORIGIN/../lib:/opt/lib', rpath: '/old', soname: 'libx.so.1' })), 'it');
    assert.equal(elf.machine, shape.machine ?? 62);
    assert.equal(elf.bits, shape.bits ?? 64);
    assert.equal(elf.interpreter, '/lib64/ld.so.2');
    assert.deepEqual(elf.needed, ['libc.so.6', 'libm.so.6']);
    assert.deepEqual(elf.searchPath, ['$ORIGIN/../lib', '/opt/lib'], 'RUNPATH hides RPATH');
    assert.equal(elf.soname, 'libx.so.1');
  });
}

test('RPATH counts where there is no RUNPATH', () => {
  assert.deepEqual(readElf(inMemory(elfOf({ needed: ['x'], rpath: '/old' })), 'it').searchPath, ['/old']);
});

test('a program that is linked statically needs nothing', () => {
  const elf = readElf(inMemory(elfOf({ type: 2 })), 'it');
  assert.deepEqual([elf.needed, elf.interpreter], [[], undefined]);
});

test('the program that runs this test is read like any other', () => {
  const source = new FileSource(process.execPath);
  try {
    const elf = readElf(source, 'node');
    assert.match(elf.interpreter ?? '', /\/ld[-a-z0-9_]*\.so/);
    assert.ok(
      elf.needed.some((name) => name.startsWith('libc.')),
      elf.needed.join(),
    );
  } finally {
    source.close();
  }
});

test('text is no ELF file', () => {
  assert.equal(isElf(inMemory(Buffer.from('#!/bin/sh'))), false);
  assert.throws(() => readElf(inMemory(Buffer.from('#!/bin/sh')), 'it'), failure('wrong-bytes', /it is no ELF file/));
});

test('a file that is cut anywhere is read or refused, and never breaks the reader', () => {
  const whole = elfOf({ interpreter: '/ld', needed: ['a', 'b'], modinfo: 'depends=\0' });
  for (let length = 4; length < whole.length; length += 1) {
    try {
      readElf(inMemory(whole.subarray(0, length)), 'it');
    } catch (error) {
      failure('wrong-bytes', /^it is (damaged|no ELF)/)(error);
    }
  }
});
