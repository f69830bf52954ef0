import assert from 'node:assert/strict';
import { createHash } from 'node:crypto';
import { test } from 'node:test';
import { write as disk } from '../../../pipeline/steps/disk/write.ts';
import { write as measuredDisk } from '../../../pipeline/steps/measured-disk/write.ts';
import { write as measuredFile } from '../../../pipeline/steps/measured-file/write.ts';
import { write as measuredStream } from '../../../pipeline/steps/measured-stream/write.ts';
import { sampleBiosCode, samplePlan } from '../formats/sample-disk.ts';
import { runWriter } from '../trees/sample.ts';

const PLAN = samplePlan();
const CODE = sampleBiosCode();
const PARTS = {
  plan: Buffer.from(JSON.stringify(PLAN)),
  boot: Buffer.alloc(PLAN.bootBytes, 7),
  state: Buffer.alloc(PLAN.stateBytes, 9),
  'bios/boot.img': CODE.boot,
  'bios/core.img': CODE.core,
};
const json = (bytes: Buffer | undefined): unknown => JSON.parse((bytes ?? Buffer.alloc(0)).toString());

/** The digest of a disk, made anew from what its definition says. */
function diskDigest(bytes: Buffer): { readonly digest: string; readonly size: number } {
  const hash = createHash('sha256');
  const number = (value: number): Buffer => {
    const eight = Buffer.alloc(8);
    eight.writeBigUInt64LE(BigInt(value));
    return eight;
  };
  for (let at = 0; at < bytes.length; at += 65_536) {
    const block = bytes.subarray(at, at + 65_536);
    if (block.some((byte) => byte !== 0)) hash.update(number(at)).update(block);
  }
  return { digest: `sha256:${hash.update(number(bytes.length)).digest('hex')}`, size: bytes.length };
}

for (const sizeMiB of [6, 17]) {
  test(`a disk of ${sizeMiB} MiB has one digest, composed or as a file`, async () => {
    const raw = (await runWriter(disk, { inputs: PARTS, outputs: ['disk'], options: { sizeMiB } })).disk;
    const composed = await runWriter(measuredDisk, { inputs: PARTS, outputs: ['measures'], options: { sizeMiB } });
    const read = await runWriter(measuredFile, { inputs: { file: raw }, outputs: ['measures'], options: {} });
    assert.deepEqual(json(composed.measures), { disk: diskDigest(raw) });
    assert.deepEqual(json(read.measures), { disk: diskDigest(raw) });
  });
}

test('a file whose last block is short is measured to its end', async () => {
  const file = Buffer.alloc(65_536 * 2 + 5);
  file[file.length - 1] = 1;
  const { measures } = await runWriter(measuredFile, { inputs: { file }, outputs: ['measures'], options: {} });
  assert.deepEqual(json(measures), { disk: diskDigest(file) });
});

const PART = Buffer.from('0123456789');
const LISTS = {
  'pieces/0': Buffer.from(JSON.stringify({ size: 7, pieces: [{ bytes: Buffer.from('head').toString('base64') }, { input: 'a', offset: 2, size: 3 }] })),
  'pieces/1': Buffer.from(JSON.stringify({ size: 70_001, pieces: [{ zeros: 70_000 }, { input: 'a', offset: 9, size: 1 }] })),
};
const STREAM = Buffer.concat([Buffer.from('head234'), Buffer.alloc(70_000), Buffer.from('9')]);
const streamed = (as: 'disk' | 'tar') => runWriter(measuredStream, { inputs: { ...LISTS, 'part/a': PART }, outputs: ['measures'], options: { lists: ['0', '1'], as } });

test('streams that follow one another have the digest of what they are together', async () => {
  const sha256 = createHash('sha256').update(STREAM).digest('hex');
  assert.deepEqual(json((await streamed('tar')).measures), { tar: { digest: `sha256:${sha256}`, size: STREAM.length } });
  assert.deepEqual(json((await streamed('disk')).measures), { disk: diskDigest(STREAM) });
});

test('a piece behind the end of its input is refused', async () => {
  const lists = { 'pieces/0': Buffer.from(JSON.stringify({ size: 3, pieces: [{ input: 'a', offset: 8, size: 3 }] })) };
  const run = runWriter(measuredStream, { inputs: { ...lists, 'part/a': PART }, outputs: ['measures'], options: { lists: ['0'], as: 'tar' } });
  await assert.rejects(run, /"a" ends before byte 11/);
});
