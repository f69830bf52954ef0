import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { BlockDevice } from '../../../../overlays/ros/state/block-devices.ts';
import { growPartition } from '../../../../overlays/ros/state/grow.ts';
import { sectorsToEnd } from '../../../../pipeline/formats/mbr-grow.ts';
import { machine } from '../machine.ts';

const MIB = 2 ** 20;
const TIB = 2 ** 40;

/** What is told to sfdisk when the second of two partitions could grow; nothing where it is not asked. */
function toldToSfdisk({ disk, state, table, number = 2 }: { readonly disk: number; readonly state: number; readonly table: string; readonly number?: number }): string | undefined {
  let told: string | undefined;
  const system = machine(
    {},
    {
      answer({ argv, stdin }) {
        if (argv[0] === 'sfdisk') told = `${argv.slice(-3).join(' ')} ${stdin}`;
        return { status: 0, stdout: '' };
      },
    },
  );
  const whole: BlockDevice = { path: '/dev/mmcblk0', bytes: disk, readOnly: false, disk: '/dev/mmcblk0', number: 0, start: 0, tags: { PTTYPE: table } };
  const boot: BlockDevice = { ...whole, path: '/dev/mmcblk0p1', bytes: 512 * MIB, number: 1, start: 4 * MIB, tags: {} };
  const last: BlockDevice = { ...whole, path: `/dev/mmcblk0p${number}`, bytes: state, number, start: 516 * MIB, tags: {} };
  growPartition(system, last, [whole, boot, last]);
  return told;
}

const GROWN: readonly (readonly [sentence: string, asked: Parameters<typeof toldToSfdisk>[0], told: string | undefined])[] = [
  ['a GPT disk grows by what sfdisk finds free', { disk: 8192 * MIB, state: 256 * MIB, table: 'gpt' }, '-N 2 /dev/mmcblk0 , +\n'],
  ['an MBR disk grows to the last sector', { disk: 8192 * MIB, state: 256 * MIB, table: 'dos' }, `-N 2 /dev/mmcblk0 , ${(8192 - 516) * 2048}\n`],
  ['an MBR disk of 3 TiB grows to what an MBR can count', { disk: 3 * TIB, state: 256 * MIB, table: 'dos' }, `-N 2 /dev/mmcblk0 , ${2 ** 32 - 1 - 516 * 2048}\n`],
  ['an MBR disk of 3 TiB that has grown is left alone', { disk: 3 * TIB, state: 2 * TIB - 516 * MIB - 512, table: 'dos' }, undefined],
  ['a disk without room is left alone', { disk: 772 * MIB, state: 256 * MIB, table: 'dos' }, undefined],
  ['a logical partition is left alone', { disk: 8192 * MIB, state: 256 * MIB, table: 'dos', number: 5 }, undefined],
];
for (const [sentence, asked, told] of GROWN) {
  test(sentence, () => {
    assert.equal(toldToSfdisk(asked), told);
  });
}

test('a partition that begins behind what an MBR counts has no room', () => {
  assert.equal(sectorsToEnd(2 ** 32 + 5, 2 ** 33), 0);
});
