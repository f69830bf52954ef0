import assert from 'node:assert/strict';
import { test } from 'node:test';
import { dataRuns } from '../../../pipeline/disks/data-runs.ts';
import { guidFromDigest } from '../../../pipeline/formats/guid.ts';

const id = guidFromDigest(Buffer.alloc(32));
/** A disk of blocks of four bytes, of which these hold something. */
const disk = (blocks: number, data: readonly number[]) => ({ id, size: blocks * 4, contents: data.map((block) => ({ offset: block * 4, content: Buffer.from('data') })) });
const runs = (blocks: number, data: readonly number[], most: number) => dataRuns(disk(blocks, data), 4, most).map(({ offset, size }) => [offset / 4, size / 4]);

test('blocks behind each other are one run', () => {
  assert.deepEqual(runs(20, [1, 2, 3, 7, 9], 10), [
    [1, 3],
    [7, 1],
    [9, 1],
  ]);
  assert.deepEqual(runs(20, [], 10), []);
});

test('the shortest gaps are taken in until so few runs are left', () => {
  assert.deepEqual(runs(40, [1, 3, 9, 12, 30], 3), [
    [1, 3],
    [9, 4],
    [30, 1],
  ]);
  assert.deepEqual(runs(40, [1, 3, 9, 12, 30], 2), [
    [1, 12],
    [30, 1],
  ]);
  assert.deepEqual(runs(40, [1, 3, 9, 12, 30], 1), [[1, 30]]);
});

test('of gaps of one length those in front are taken in first', () => {
  assert.deepEqual(runs(20, [1, 3, 5, 7], 2), [
    [1, 5],
    [7, 1],
  ]);
});
