import assert from 'node:assert/strict';
import { test } from 'node:test';
import { whatIsThere } from '../../../../overlays/ros/state/blank.ts';
import { machine } from '../machine.ts';

const MIB = 2 ** 20;
const TIB = 2 ** 40;

/** Looks at a disk whose reads take so many milliseconds each, and that has data in these stretches between its ends. */
function looked(milliseconds: number, data: readonly (readonly [from: number, to: number])[] = [], bytes = TIB) {
  let reads = 0;
  const base = machine({}, { answer: () => ({ status: 0, stdout: '' }) });
  const system = {
    ...base,
    readAt(_: string, offset: number, length: number) {
      reads += 1;
      base.sleep(milliseconds);
      return new Uint8Array(length).fill(data.some(([from, to]) => from < offset + length && to > offset) ? 1 : 0);
    },
  };
  const found = whatIsThere(system, { path: '/dev/vdb', bytes, readOnly: false, disk: '/dev/vdb', number: 0, start: 0, tags: {} });
  return { found, reads, seconds: base.now() / 1000 };
}

test('a blank disk that is slow is blank, and is sampled for half a minute', () => {
  for (const milliseconds of [7, 20, 50]) {
    const { found, seconds, reads } = looked(milliseconds);
    assert.equal(found, undefined, `${milliseconds} ms`);
    assert.ok(seconds < 45, `${seconds} s`);
    assert.ok(reads >= 512);
  }
  assert.ok(looked(0.1).reads >= 4096);
});

test('a disk so slow that not even one pass can be made is left alone', () => {
  assert.match(looked(300).found ?? '', /too slow to be looked at/);
});

test('data is found on a slow disk, however it is spread', () => {
  const everywhere = Array.from({ length: 20_000 }, (_, index) => [index * 50 * MIB + 3 * MIB, index * 50 * MIB + 4 * MIB] as const);
  const cases: readonly (readonly [string, readonly (readonly [number, number])[]])[] = [
    ['a stretch of a 512th', [[500_000 * MIB, 502_100 * MIB]]],
    ['a MiB in every fifty', everywhere],
    ['the first backup superblock of ext4 on the whole disk', [[128 * MIB, 128 * MIB + 1024]]],
    ['one in a first partition', [[129 * MIB, 129 * MIB + 1024]]],
    ['one of the group 7³', [[343 * 128 * MIB, 343 * 128 * MIB + 1024]]],
    ['the second superblock of Btrfs', [[256 * 1024 * MIB + 64 * 1024, 256 * 1024 * MIB + 68 * 1024]]],
    ['the second allocation group of XFS', [[TIB / 4, TIB / 4 + 512]]],
  ];
  for (const [what, data] of cases) assert.match(looked(40, data).found ?? '', /there is data at \d+ MiB/, what);
});

test('a disk that cannot be read at a place is left alone', () => {
  const base = machine({}, { answer: () => ({ status: 0, stdout: '' }) });
  const system = { ...base, readAt: () => undefined };
  assert.match(whatIsThere(system, { path: '/dev/vdb', bytes: TIB, readOnly: false, disk: '/dev/vdb', number: 0, start: 0, tags: {} }) ?? '', /cannot be read at/);
});
