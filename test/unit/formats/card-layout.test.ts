import assert from 'node:assert/strict';
import { test } from 'node:test';
import { CARD_ALIGNMENT, type CardPlan, cardSignature, layOutCard, parseCardPlan } from '../../../pipeline/formats/card-layout.ts';
import { parseGuid } from '../../../pipeline/formats/guid.ts';
import { encodeMbr } from '../../../pipeline/formats/mbr.ts';
import { MIB } from '../../../pipeline/formats/sector.ts';
import { write as card } from '../../../pipeline/steps/card/write.ts';
import { write as cardPlan } from '../../../pipeline/steps/card-plan/write.ts';
import { splicedBytes } from '../../rig/spliced.ts';
import { failure, runWriter } from '../trees/sample.ts';

const PLAN: CardPlan = { bootBytes: 8 * MIB, stateBytes: 4 * MIB, signature: 0x1234_5678 };

test('partitions begin at multiples of 4 MiB: FAT32 first, then Linux, and nothing behind', () => {
  const { size, mbr, boot, state } = layOutCard(PLAN);
  assert.equal(size, 16 * MIB);
  assert.deepEqual([boot.firstLba, boot.lastLba, state.firstLba, state.lastLba], [8192, 24_575, 24_576, 32_767]);
  assert.deepEqual(
    mbr.partitions.map((partition) => [partition?.type, partition?.firstLba, partition?.sectors]),
    [
      [0x0c, 8192, 16_384],
      [0x83, 24_576, 8192],
    ],
  );
  assert.equal(mbr.signature, PLAN.signature);
});

test('the signature follows from the identity of the disk and is never 0', () => {
  assert.equal(cardSignature({ disk: parseGuid('89abcdef-0000-8000-8000-000000000000') }), 0x89ab_cdef);
  assert.equal(cardSignature({ disk: parseGuid('00000000-0000-8000-8000-000000000000') }), 1);
});

for (const [sentence, plan] of [
  ['no plan', null],
  ['a size that is no multiple of 4 MiB', { ...PLAN, bootBytes: 6 * MIB }],
  ['no size', { bootBytes: PLAN.bootBytes, signature: 1 }],
  ['a signature of 0', { ...PLAN, signature: 0 }],
] as const) {
  test(`${sentence} is refused`, () => {
    assert.throws(() => parseCardPlan(plan === null ? null : { ...plan }, 'the plan'), failure('wrong-bytes', /the plan/));
  });
}

const BOOT = Buffer.alloc(PLAN.bootBytes);
BOOT[0] = 1;
BOOT[BOOT.length - 1] = 2;
const STATE = Buffer.alloc(PLAN.stateBytes);
STATE[0] = 3;
STATE[STATE.length - 1] = 4;
const INPUTS = { plan: Buffer.from(JSON.stringify(PLAN)), boot: BOOT, state: STATE };
const composed = async (inputs: { readonly [name: string]: Uint8Array } = INPUTS) => {
  const { pieces = Buffer.alloc(0) } = await runWriter(card, { inputs, outputs: ['pieces'], options: {} });
  return splicedBytes(pieces, inputs);
};

test('a card has its table and file systems in their places', async () => {
  const bytes = await composed();
  const { size, boot, state, mbr } = layOutCard(PLAN);
  assert.equal(bytes.length, size);
  assert.ok(bytes.subarray(0, 512).equals(encodeMbr(mbr)));
  assert.ok(bytes.subarray(boot.firstLba * 512, (boot.lastLba + 1) * 512).equals(BOOT));
  assert.ok(bytes.subarray(state.firstLba * 512, (state.lastLba + 1) * 512).equals(STATE));
  assert.deepEqual(
    [boot.firstLba, state.firstLba].map((lba) => lba % (CARD_ALIGNMENT / 512)),
    [0, 0],
  );
  assert.deepEqual([boot.lastLba + 1, (state.lastLba + 1) * 512], [state.firstLba, size]);
});

test('a file system of another size than planned is refused', async () => {
  await assert.rejects(() => composed({ ...INPUTS, boot: BOOT.subarray(512) }), failure('wrong-bytes', /boot file system has/));
  await assert.rejects(() => composed({ ...INPUTS, state: Buffer.alloc(PLAN.stateBytes + 512) }), failure('wrong-bytes', /state file system has/));
});

const PLANNED = { 'boot/vmlinuz': Buffer.alloc(5000, 1), state: Buffer.alloc(1024) };
const planned = async (inputs: { readonly [name: string]: Uint8Array } = PLANNED) =>
  runWriter(cardPlan, { inputs, outputs: ['plan', 'fat', 'ext4', 'cmdline'], options: { name: 'pi', stateMiB: 64, arguments: 'quiet' } });

test('a plan names the boot file system by its serial number on the command line of the kernel', async () => {
  const { plan = '', fat = '', cmdline = '' } = await planned();
  const serial = /^-i ([0-9a-f]{4})([0-9a-f]{4}) 524288\n$/.exec(fat.toString());
  assert.equal(cmdline.toString(), `quiet rancher.boot=UUID=${serial?.[1]?.toUpperCase()}-${serial?.[2]?.toUpperCase()}\n`);
  assert.equal((JSON.parse(plan.toString()) as CardPlan).stateBytes, 64 * MIB);
});

test('another kernel is another card', async () => {
  const [mine, other] = await Promise.all([planned(), planned({ ...PLANNED, 'boot/vmlinuz': Buffer.alloc(5000, 2) })]);
  for (const name of ['plan', 'fat', 'ext4', 'cmdline'] as const) assert.ok(!mine[name].equals(other[name]), name);
});
