import assert from 'node:assert/strict';
import { test } from 'node:test';
import { gzipSync } from 'node:zlib';
import type { Json } from '../../../pipeline/core/json.ts';
import { write } from '../../../pipeline/steps/modules/write.ts';
import { failure, file, membersOf, runWriter, tarOf, textIn } from '../trees/sample.ts';
import { elfOf } from '../trees/sample-elf.ts';

const SIGNATURE = '~Module signature appended~\n';
const module = (modinfo: readonly string[]): Buffer => Buffer.concat([elfOf({ type: 1, modinfo: modinfo.map((line) => `${line}\0`).join('') }), Buffer.from(SIGNATURE)]);
const TOP = 'lib/modules/6.12.1/';
const KERNEL = tarOf([
  file(`${TOP}kernel/fs/ext4/ext4.ko.gz`, gzipSync(module(['depends=jbd2,crc16', 'softdep=pre: crc32c-fast not-there']))),
  file(`${TOP}kernel/fs/jbd2/jbd2.ko`, module(['depends='])),
  file(`${TOP}kernel/fs/nls/nls_utf8.ko`, module([])),
  file(`${TOP}kernel/fs/nls/nls_cp437.ko`, module([])),
  file(`${TOP}kernel/lib/crc16.ko.gz`, gzipSync(module([]))),
  file(`${TOP}kernel/crypto/crc32c-fast.ko`, module([])),
  file(`${TOP}kernel/drivers/net/bnx2.ko`, module(['firmware=bnx2/a.fw', 'firmware=bnx2/b.fw'])),
  file(`${TOP}kernel/broken.ko`, module(['depends=nowhere'])),
  file(`${TOP}modules.order`, ['crypto/crc32c-fast', 'fs/ext4/ext4', 'lib/crc16', 'fs/jbd2/jbd2'].map((name) => `kernel/${name}.ko\n`).join('')),
  file(`${TOP}modules.builtin`, 'kernel/fs/fat/fat.ko\n'),
  file('boot/vmlinuz-6.12.1', 'kernel'),
]);
const FOLDER = 'usr/lib/modules/6.12.1';

const OUTPUTS = ['tar', 'rest', 'report'] as const;

async function take(modules: readonly string[], release = '6.12.1'): Promise<{ readonly tar: Buffer; readonly report: string }> {
  const made = await runWriter(write, { inputs: { kernel: KERNEL }, outputs: OUTPUTS, options: { release, modules } });
  return { tar: made.tar, report: made.report.toString() };
}
const namesIn = (tar: Buffer): readonly string[] => [...membersOf(tar).values()].filter(({ path }) => path.endsWith('.ko')).map(({ path }) => path.slice(FOLDER.length + 8, -3));

const CHOICES: readonly (readonly [string, readonly string[], readonly string[]])[] = [
  ['a module brings what it needs and what it would like', ['ext4'], ['crypto/crc32c-fast', 'fs/ext4/ext4', 'fs/jbd2/jbd2', 'lib/crc16']],
  ['- and _ are the same letter', ['crc32c_fast'], ['crypto/crc32c-fast']],
  ['a path names a module', ['kernel/lib/crc16'], ['lib/crc16']],
  ['a glob stays within a folder', ['kernel/fs/nls/*'], ['fs/nls/nls_cp437', 'fs/nls/nls_utf8']],
  ['a glob of two stars spans folders', ['kernel/fs/**'], ['crypto/crc32c-fast', 'fs/ext4/ext4', 'fs/jbd2/jbd2', 'fs/nls/nls_cp437', 'fs/nls/nls_utf8', 'lib/crc16']],
  ['an entry with ! takes out again', ['kernel/fs/nls/*', '!**/nls_cp*'], ['fs/nls/nls_utf8']],
  ['but not what something else needs', ['ext4', 'jbd2', '!jbd2'], ['crypto/crc32c-fast', 'fs/ext4/ext4', 'fs/jbd2/jbd2', 'lib/crc16']],
];
for (const [sentence, entries, expected] of CHOICES) {
  test(sentence, async () => {
    assert.deepEqual(namesIn((await take(entries)).tar), expected);
  });
}

test('of two trees the first has what a start loads with what it needs, and the lists; the other the rest, and modules only', async () => {
  const options = { release: '6.12.1', modules: ['ext4', 'bnx2', 'nls_utf8'], first: ['ext4'] };
  const { tar = Buffer.alloc(0), rest = Buffer.alloc(0) } = await runWriter(write, { inputs: { kernel: KERNEL }, outputs: OUTPUTS, options });
  assert.deepEqual(namesIn(tar), ['crypto/crc32c-fast', 'fs/ext4/ext4', 'fs/jbd2/jbd2', 'lib/crc16']);
  assert.deepEqual(namesIn(rest), ['drivers/net/bnx2', 'fs/nls/nls_utf8']);
  assert.ok(membersOf(tar).has(`${FOLDER}/modules.order`) && membersOf(tar).has(`${FOLDER}/modules.builtin`));
  assert.ok(![...membersOf(rest).keys()].some((path) => path.includes('/modules.')));
});

test('modules come out plain, with their signatures', async () => {
  const { tar } = await take(['ext4']);
  const ext4 = membersOf(tar).get(`${FOLDER}/kernel/fs/ext4/ext4.ko`);
  assert.equal(tar.toString('latin1', ext4?.offset, (ext4?.offset ?? 0) + 4), '\x7fELF');
  assert.equal(tar.toString('latin1', (ext4?.offset ?? 0) + (ext4?.size ?? 0) - SIGNATURE.length, (ext4?.offset ?? 0) + (ext4?.size ?? 0)), SIGNATURE);
});

test('the order is kept for the modules that are here, the list of built-in ones as it is', async () => {
  const { tar } = await take(['ext4', '!crc16']);
  assert.equal(textIn(tar, `${FOLDER}/modules.order`), 'kernel/crypto/crc32c-fast.ko\nkernel/fs/ext4/ext4.ko\nkernel/lib/crc16.ko\nkernel/fs/jbd2/jbd2.ko\n');
  assert.equal(textIn(tar, `${FOLDER}/modules.builtin`), 'kernel/fs/fat/fat.ko\n');
});

test('the report tells the firmware that modules ask for, and wishes that are no modules', async () => {
  const report = JSON.parse((await take(['bnx2', 'ext4'])).report) as { readonly modules: readonly { readonly [name: string]: Json }[]; readonly notModules: readonly string[] };
  assert.deepEqual(report.modules.find(({ name }) => name === 'bnx2')?.['firmware'], ['bnx2/a.fw', 'bnx2/b.fw']);
  assert.deepEqual(report.notModules, ['not_there']);
});

const TROUBLE: readonly (readonly [string, readonly string[], string, string, RegExp])[] = [
  ['entries that match nothing', ['ext4', 'ext5', 'kernel/none/**'], '6.12.1', 'configuration', /kernel 6\.12\.1 has no modules for "ext5", "kernel\/none\/\*\*"/],
  ['another release', ['ext4'], '6.13', 'configuration', /no modules below \/usr\/lib\/modules\/6\.13/],
  ['a module whose need is not there', ['broken'], '6.12.1', 'wrong-bytes', /module broken depends on nowhere/],
];
for (const [sentence, entries, release, kind, message] of TROUBLE) {
  test(`${sentence} is refused`, async () => {
    await assert.rejects(take(entries, release), failure(kind, message));
  });
}
