import assert from 'node:assert/strict';
import { statSync, writeFileSync } from 'node:fs';
import { test } from 'node:test';
import { layOut, smallestDisk } from '../../../pipeline/formats/disk-layout.ts';
import { inMemory } from '../../../pipeline/formats/random-access.ts';
import { MIB } from '../../../pipeline/formats/sector.ts';
import { FileSource } from '../../../pipeline/io/file-source.ts';
import { SparseFile } from '../../../pipeline/io/sparse-file.ts';
import { write as disk } from '../../../pipeline/steps/disk/write.ts';
import { write as diskPlan } from '../../../pipeline/steps/disk-plan/write.ts';
import { validateGpt } from '../../../pipeline/verify/gpt.ts';
import { validateGrubBios } from '../../../pipeline/verify/grub-bios.ts';
import { sampleBiosCode, samplePlan } from '../formats/sample-disk.ts';
import { failure, runWriter, scratch } from '../trees/sample.ts';

const PLAN = samplePlan();
const CODE = sampleBiosCode();
/** File systems whose first and last bytes tell that they are whole. */
const BOOT = Buffer.alloc(PLAN.bootBytes);
BOOT[0] = 1;
BOOT[BOOT.length - 1] = 2;
const STATE = Buffer.alloc(PLAN.stateBytes);
STATE[0] = 3;
STATE[STATE.length - 1] = 4;
const INPUTS = { plan: Buffer.from(JSON.stringify(PLAN)), boot: BOOT, state: STATE, 'bios/boot.img': CODE.boot, 'bios/core.img': CODE.core };
const composed = async (options: { readonly sizeMiB?: number } = {}, inputs: { readonly [name: string]: Uint8Array } = INPUTS) =>
  (await runWriter(disk, { inputs, outputs: ['disk'], options }))['disk'] ?? Buffer.alloc(0);

for (const sizeMiB of [undefined, 6, 17] as const) {
  test(`a disk of ${sizeMiB ?? 'no stated'} MiB has its table, boot code and file systems in their places`, async () => {
    const bytes = await composed(sizeMiB === undefined ? {} : { sizeMiB });
    assert.equal(bytes.length, (sizeMiB ?? 6) * MIB);
    assert.deepEqual(validateGpt(inMemory(bytes)), []);
    const { bios, boot, state } = layOut(PLAN, bytes.length);
    assert.deepEqual(bios && validateGrubBios(inMemory(bytes), bios), []);
    assert.ok(bytes.subarray(boot.firstLba * 512, boot.firstLba * 512 + BOOT.length).equals(BOOT));
    assert.ok(bytes.subarray(state.firstLba * 512, state.firstLba * 512 + STATE.length).equals(STATE));
  });
}

const REFUSED: readonly (readonly [sentence: string, make: () => Promise<Buffer>, kind: string, message: RegExp])[] = [
  ['smaller than its content', () => composed({ sizeMiB: 5 }), 'configuration', /5 MiB is smaller than its content: 6 MiB/],
  ['whose boot file system has another size', () => composed({}, { ...INPUTS, boot: BOOT.subarray(512) }), 'wrong-bytes', /boot file system has/],
  ['whose state file system is too large', () => composed({}, { ...INPUTS, state: Buffer.alloc(MIB + 1) }), 'wrong-bytes', /state file system has/],
  ['whose kernel arguments have no place in its boot file system', () => composed({}, { ...INPUTS, append: Buffer.alloc(4096) }), 'wrong-bytes', /This is no FAT32|has no append\.cfg/],
  ['whose plan is none', () => composed({}, { ...INPUTS, plan: Buffer.from('{}') }), 'wrong-bytes', /the plan of the disk/i],
];
for (const [sentence, make, kind, message] of REFUSED) {
  test(`a disk ${sentence} is refused`, async () => {
    await assert.rejects(make, failure(kind, message));
  });
}

test('only what is not zero takes room, whatever an input stores', () => {
  const input = scratch();
  const bytes = Buffer.alloc(9 * MIB);
  bytes.fill(7, 3 * MIB, 3 * MIB + 10);
  bytes[bytes.length - 1] = 7;
  writeFileSync(input, bytes);
  const output = scratch();
  const source = new FileSource(input);
  const file = new SparseFile(output, 64 * 1024 * MIB);
  file.copy({ source, start: 0, size: source.size }, 32 * 1024 * MIB + 512);
  file.close();
  source.close();
  const { size, blocks } = statSync(output);
  assert.equal(size, 64 * 1024 * MIB);
  assert.ok(blocks * 512 < 256 * 1024, `${blocks} blocks`);
});

test('bytes that would leave the file are a bug', () => {
  const file = new SparseFile(scratch(), 1024);
  assert.throws(() => file.put(new Uint8Array(513), 512), RangeError);
  file.close();
});

const PLANNED = { 'boot/a/boot/vmlinuz': Buffer.alloc(5000, 1), 'boot/EFI/BOOT/BOOTX64.EFI': Buffer.alloc(10, 2), state: Buffer.alloc(1024), 'bios/core.img': CODE.core };
const planned = async (inputs: { readonly [name: string]: Uint8Array } = PLANNED, name = 'amd64') => {
  const { plan = '', fat = '', ext4 = '' } = await runWriter(diskPlan, { inputs, outputs: ['plan', 'fat', 'ext4'], options: { name, hasBios: true, stateMiB: 64 } });
  return { plan: JSON.parse(plan.toString()) as ReturnType<typeof samplePlan>, fat: fat.toString(), ext4: ext4.toString() };
};

test('a plan is the arguments of mkfs.vfat and mke2fs too', async () => {
  const { plan, fat, ext4 } = await planned();
  assert.equal(smallestDisk(plan), (1 + 1 + 512 + 64 + 1) * MIB);
  assert.equal(fat, `-i ${plan.ids.bootSerial} ${512 * 1024}\n`);
  assert.equal(ext4, `-U ${plan.ids.stateFileSystem} -E hash_seed=${plan.ids.stateHashSeed},resize=536870912,assume_storage_prezeroed=1 16384\n`);
});

const OTHER: readonly (readonly [sentence: string, make: () => ReturnType<typeof planned>])[] = [
  ['another product', () => planned(PLANNED, 'vmware')],
  ['another kernel', () => planned({ ...PLANNED, 'boot/a/boot/vmlinuz': Buffer.alloc(5000, 2) })],
  ['a file under another name', () => planned({ ...PLANNED, 'boot/a/boot/vmlinuz': PLANNED.state, state: PLANNED['boot/a/boot/vmlinuz'] })],
  ['other boot code', () => planned({ ...PLANNED, 'bios/core.img': CODE.boot })],
];
for (const [sentence, make] of OTHER) {
  test(`a disk of ${sentence} has identities of its own`, async () => {
    const mine = Object.values((await planned()).plan.ids);
    const others = Object.values((await make()).plan.ids);
    assert.equal(new Set([...mine, ...others]).size, mine.length + others.length);
  });
}
