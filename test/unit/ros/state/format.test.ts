import assert from 'node:assert/strict';
import { mkdirSync, openSync, readFileSync, truncateSync, writeSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import type { BlockDevice } from '../../../../overlays/ros/state/block-devices.ts';
import { formatFirst } from '../../../../overlays/ros/state/format.ts';
import { eraseIntent, hasIntent, RESERVED, writeIntent } from '../../../../overlays/ros/state/intent.ts';
import { judge, MAGIC } from '../../../../overlays/ros/state/judge.ts';
import { type Machine, machine } from '../machine.ts';

const BYTES = 32 * 2 ** 20;

/** A machine whose disk /dev/vda is a real file with these bytes at these offsets; blkid answers as given. */
function withDisk(parts: readonly (readonly [number, string])[] = [], blkid: { readonly status: number; readonly stdout: string } = { status: 2, stdout: '' }) {
  const ran: string[] = [];
  const system: Machine = machine(
    {},
    {
      answer({ argv }) {
        if (argv[0] === 'blkid') return argv.includes('value') ? { status: 0, stdout: 'RANCHER_STATE\n' } : blkid;
        if (['mke2fs', 'mount', 'umount'].includes(argv[0] ?? '')) {
          ran.push(argv.join(' '));
          return { status: 0, stdout: '' };
        }
        // The real one, with the machine's disk and the real zeros.
        if (argv[0] === 'cmp') return system.runAll([{ argv: ['sh', '-c', 'cmp -s -n 1048576 "$1" /dev/zero', 'sh', '/dev/vda'] }])[0];
        return undefined;
      },
    },
  );
  const file = join(system.root, 'dev/vda');
  mkdirSync(join(system.root, 'dev'));
  const handle = openSync(file, 'w');
  truncateSync(file, BYTES);
  for (const [offset, text] of parts) writeSync(handle, text, offset);
  const device: BlockDevice = { path: '/dev/vda', bytes: BYTES, readOnly: false, disk: '/dev/vda', number: 0, start: 0, tags: {} };
  return { system, device, file, ran };
}

const JUDGED: readonly (readonly [string, Parameters<typeof withDisk>, string])[] = [
  ['an empty disk', [], 'blank'],
  ["docker-machine's disk", [[[0, MAGIC]]], 'docker-machine'],
  ['a disk with a byte at the end of its first MiB', [[[RESERVED - 1, 'x']]], 'its first MiB is not empty, though nothing known is there'],
  ['a file system', [[], { status: 0, stdout: 'LABEL=DATA\nTYPE=xfs\n' }], 'it holds xfs “DATA”'],
  ['a volume of LVM', [[], { status: 0, stdout: 'TYPE=LVM2_member\n' }], 'it holds a volume of LVM'],
  ['a table without partitions', [[], { status: 0, stdout: 'PTTYPE=gpt\n' }], 'it holds a partition table (gpt)'],
  ['two signatures', [[], { status: 8, stdout: '' }], 'it holds signatures of several kinds'],
  ["docker-machine's words on a disk that holds something else", [[[0, MAGIC]], { status: 0, stdout: 'TYPE=linux_raid_member\n' }], 'it holds a member of a software RAID'],
  ['a disk that cannot be read', [[], { status: 4, stdout: '' }], 'blkid cannot read it (status 4)'],
];
for (const [what, given, because] of JUDGED) {
  test(`${what}: ${because}`, () => {
    const { system, device } = withDisk(...given);
    assert.equal(judge(system, device, [device]).because, because);
  });
}

test('a disk with partitions, a mounted one and a read-only one are left alone', () => {
  const { system, device } = withDisk();
  const part: BlockDevice = { ...device, path: '/dev/vda1', number: 1 };
  assert.equal(judge(system, device, [device, part]).because, 'it has 1 partition(s)');
  assert.equal(judge(system, { ...device, readOnly: true }, [device]).because, 'it is read-only');
  system.writeText('/proc/self/mounts', '/dev/vda /mnt ext4 rw 0 0\n');
  assert.equal(judge(system, device, [device]).because, 'it is mounted at /mnt');
});

test('formatting leaves the last MiB to its note, and the note is gone in the end', () => {
  const { system, device, file, ran } = withDisk();
  const { device: made, refusals } = formatFirst(system, ['/dev/sda', '/dev/vda'], [device]);
  assert.equal(made, '/dev/vda');
  assert.deepEqual(refusals, []);
  assert.deepEqual(ran, [`mke2fs -q -F -t ext4 -b 4096 -L RANCHER_STATE /dev/vda ${(BYTES - RESERVED) / 4096}`]);
  assert.ok(readFileSync(file).every((byte) => byte === 0));
});

test('a disk whose formatting was cut off is formatted again, with the keys that docker-machine had written', () => {
  const keys = `${MAGIC}\0 keys`;
  const { system, device, file } = withDisk([[0, keys]]);
  writeIntent(system, device);
  // As mke2fs leaves it in the middle: the start is gone, and something is there already.
  const handle = openSync(file, 'r+');
  writeSync(handle, `${'\0'.repeat(8192)}half a file system`, 0);
  assert.ok(hasIntent(system, device));
  assert.deepEqual(judge(system, device, [device]), { may: true, because: 'unfinished' });
  const kept = readFileSync(file).indexOf(keys);
  assert.ok(kept > BYTES - RESERVED, 'the keys are at the end of the disk');
  eraseIntent(system, device);
  assert.equal(hasIntent(system, device), false);
  assert.equal(readFileSync(file).indexOf(keys), -1);
});

test('nothing is formatted that is refused, and each refusal is a sentence', () => {
  const { system, device, ran } = withDisk([], { status: 0, stdout: 'TYPE=ext4\n' });
  assert.deepEqual(formatFirst(system, ['/dev/vda'], [device]), { device: undefined, refusals: ['/dev/vda is not formatted: it holds ext4'] });
  const small = { ...device, bytes: 2 ** 20 };
  assert.deepEqual(formatFirst(system, ['/dev/vda'], [small]).refusals, ['/dev/vda is not formatted: it is smaller than 16 MiB']);
  assert.deepEqual(ran, []);
});
