import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { Json } from '../../../pipeline/core/json.ts';
import { diskFrame } from '../../../pipeline/formats/disk-frame.ts';
import { bootPartitionBytes, layOut, parseDiskPlan, smallestDisk } from '../../../pipeline/formats/disk-layout.ts';
import { inMemory } from '../../../pipeline/formats/random-access.ts';
import { MIB } from '../../../pipeline/formats/sector.ts';
import { validateGpt } from '../../../pipeline/verify/gpt.ts';
import { failure } from '../trees/sample.ts';
import { assembled, samplePlan } from './sample-disk.ts';

const PLAN = samplePlan();

/** In MiB: what a slot and the rest take, and how large the partition is. */
const SIZES: readonly (readonly [slot: number, other: number, wanted: number])[] = [
  [1, 1, 512],
  [160, 5, 512],
  [164, 4, 512],
  [164, 5, 576],
  [300, 5, 960],
];
for (const [slot, other, wanted] of SIZES) {
  test(`a slot of ${slot} MiB and ${other} MiB beside it get ${wanted} MiB`, () => {
    assert.equal(bootPartitionBytes({ slotBytes: slot * MIB, otherBytes: other * MIB }), wanted * MIB);
  });
}

/** Disk sizes in bytes, odd ones too. */
for (const bytes of [smallestDisk(PLAN), smallestDisk(PLAN) + 512, 10 * MIB + 4096, 64 * MIB, 64 * MIB + 511]) {
  test(`a disk of ${bytes} bytes is laid out in whole MiB and has a valid table`, () => {
    const layout = layOut(PLAN, bytes);
    const { bios, boot, state, table } = layout;
    assert.deepEqual([bios?.firstLba, bios?.lastLba, boot.firstLba, boot.lastLba, state.firstLba], [2048, 4095, 4096, 8191, 8192]);
    assert.equal((state.lastLba + 1) % 2048, 0);
    assert.ok(state.lastLba + 33 < table.sectors && (state.lastLba + 1) * 512 > bytes - 2 * MIB);
    assert.deepEqual(validateGpt(inMemory(assembled(table.sectors, diskFrame(layout, undefined)))), []);
  });
}

test('a machine without a BIOS has no BIOS boot partition', () => {
  const plan = samplePlan('contents', { hasBios: false });
  const { table, bios, boot } = layOut(plan, smallestDisk(plan));
  assert.deepEqual([bios, boot.firstLba, table.partitions.map(({ name }) => name)], [undefined, 2048, ['RANCHER_BOOT', 'RANCHER_STATE']]);
});

test('a disk smaller than its content is refused with both sizes', () => {
  assert.throws(() => layOut(PLAN, smallestDisk(PLAN) - 1), failure('wrong-bytes', /has 5 MiB; at least 6 MiB are needed/));
});

test('identities follow from contents: each its own, none shared with other contents', () => {
  const mine = Object.values(PLAN.ids);
  const others = Object.values(samplePlan('other contents').ids);
  assert.equal(new Set([...mine, ...others]).size, mine.length + others.length);
  assert.deepEqual(samplePlan().ids, PLAN.ids);
});

test('a plan survives JSON', () => {
  assert.deepEqual(parseDiskPlan(JSON.parse(JSON.stringify(PLAN)) as Json, 'the plan'), PLAN);
});

const BAD: readonly (readonly [name: string, change: object])[] = [
  ['bootBytes', { bootBytes: MIB + 1 }],
  ['stateBytes', { stateBytes: '1' }],
  ['hasBios', { hasBios: 1 }],
  ['ids.disk', { ids: { ...PLAN.ids, disk: undefined } }],
  ['ids.state', { ids: { ...PLAN.ids, state: 'x' } }],
  ['ids.bootSerial', { ids: { ...PLAN.ids, bootSerial: '1aa3-8fb8' } }],
];
for (const [name, change] of BAD) {
  test(`a plan with a wrong ${name} is refused by that name`, () => {
    assert.throws(() => parseDiskPlan({ ...PLAN, ...change } as unknown as Json, 'the plan'), failure('wrong-bytes', new RegExp(name.replace('.', '\\.'))));
  });
}
