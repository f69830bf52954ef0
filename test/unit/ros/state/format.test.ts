import assert from 'node:assert/strict';
import { mkdirSync, openSync, readFileSync, truncateSync, writeSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import type { BlockDevice } from '../../../../overlays/ros/state/block-devices.ts';
import { canFormat, MAGIC } from '../../../../overlays/ros/state/can-format.ts';
import { formatFirst } from '../../../../overlays/ros/state/format.ts';
import { eraseFormatJournal, formatJournalOf, RESERVED, writeFormatJournal } from '../../../../overlays/ros/state/format-journal.ts';
import { type Machine, machine } from '../machine.ts';

const LARGE = 256 * 2 ** 20;
const BYTES = 32 * 2 ** 20;
const DRAWN = '0b0f4ba8-2f5c-4a5c-9d52-3f3a4ad6f7c1';

/** A machine whose disk /dev/vda is a real file with these bytes at these offsets; blkid answers as given. */
function withDisk(parts: readonly (readonly [number, string])[] = [], blkid: { readonly status: number; readonly stdout: string } = { status: 2, stdout: '' }, bytes = BYTES) {
  const ran: string[] = [];
  const system: Machine = machine(
    { '/proc/sys/kernel/random/uuid': `${DRAWN}\n` },
    {
      answer({ argv }) {
        if (argv[0] === 'timeout' && bytes > LARGE) return { status: 124, stdout: '' };
        if (argv[0] === 'blkid') return argv.includes('value') ? { status: 0, stdout: 'RANCHER_STATE\n' } : blkid;
        if (['mke2fs', 'mount', 'umount'].includes(argv[0] ?? '')) {
          ran.push(argv.join(' '));
          return { status: 0, stdout: '' };
        }
        return undefined;
      },
    },
  );
  const file = join(system.root, 'dev/vda');
  mkdirSync(join(system.root, 'dev'), { recursive: true });
  const handle = openSync(file, 'w');
  truncateSync(file, bytes);
  for (const [offset, text] of parts) writeSync(handle, text, offset);
  const device: BlockDevice = { path: '/dev/vda', bytes, readOnly: false, disk: '/dev/vda', number: 0, start: 0, tags: {} };
  return { system, device, file, ran };
}

const NOTHING = { status: 2, stdout: '' };

const JUDGED: readonly (readonly [string, Parameters<typeof withDisk>, string])[] = [
  ['an empty disk', [], 'blank'],
  ["docker-machine's disk", [[[0, MAGIC]]], 'docker-machine'],
  ['a disk with a byte at the end of its first MiB', [[[RESERVED - 1, 'x']]], 'its first MiB is not empty, though nothing known is there'],
  ['data behind the first MiB of a small disk', [[[20 * 2 ** 20, 'x']]], 'there is data in its first 32 MiB, though nothing known is there'],
  ['data from 4 MiB on', [[[4 * 2 ** 20, 'x'.repeat(8 * 2 ** 20)]], NOTHING, LARGE], 'there is data in its first 64 MiB, though nothing known is there'],
  ['a file system whose table is gone, deep in a disk', [[[150 * 2 ** 20 + 1080, '\x53\xef']], NOTHING, LARGE], 'there is data at 150 MiB, though nothing known is there'],
  ['a single byte between two samples of a disk that can be read whole', [[[150 * 2 ** 20 + 500_000, 'x']], NOTHING, LARGE], 'there is data on it, though nothing known is there'],
  ['data in the last MiB', [[[LARGE - 100_000, 'x']], NOTHING, LARGE], 'there is data in its last 8 MiB, though nothing known is there'],
  ['a table of which only the copy at the end is left', [[[LARGE - 512, 'EFI PART']], NOTHING, LARGE], 'it has the second copy of a partition table (GPT) at its end'],
  ['the same on a disk with blocks of 4 KiB', [[[LARGE - 4096, 'EFI PART']], NOTHING, LARGE], 'it has the second copy of a partition table (GPT) at its end'],
  ['an empty disk that takes longer to read than there is time', [[], NOTHING, 16 * LARGE], 'blank'],
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
    assert.equal(canFormat(system, device, [device]).because, because);
  });
}

test('a disk with partitions, a mounted one and a read-only one are left alone', () => {
  const { system, device } = withDisk();
  const part: BlockDevice = { ...device, path: '/dev/vda1', number: 1 };
  assert.equal(canFormat(system, device, [device, part]).because, 'it has 1 partition(s)');
  assert.equal(canFormat(system, { ...device, readOnly: true }, [device]).because, 'it is read-only');
  system.writeText('/proc/self/mounts', '/dev/vda /mnt ext4 rw 0 0\n');
  assert.equal(canFormat(system, device, [device]).because, 'it is mounted at /mnt');
});

test('formatting leaves the last MiB to its note, and the note is gone in the end', () => {
  const { system, device, file, ran } = withDisk();
  const { device: made, refusals } = formatFirst(system, ['/dev/sda', '/dev/vda'], [device]);
  assert.equal(made, '/dev/vda');
  assert.deepEqual(refusals, []);
  assert.deepEqual(ran, [`mke2fs -q -F -t ext4 -b 4096 -U ${DRAWN} -L RANCHER_STATE /dev/vda ${(BYTES - RESERVED) / 4096}`]);
  assert.ok(readFileSync(file).every((byte) => byte === 0));
});

test('a disk whose formatting was cut off is formatted again, with the keys that docker-machine had written', () => {
  const keys = `${MAGIC}\0 keys`;
  const { system, device, file } = withDisk([[0, keys]]);
  writeFormatJournal(system, device);
  // As mke2fs leaves it in the middle: the start is gone, and something is there already.
  const handle = openSync(file, 'r+');
  writeSync(handle, `${'\0'.repeat(8192)}half a file system`, 0);
  assert.equal(formatJournalOf(system, device), DRAWN);
  assert.deepEqual(canFormat(system, device, [device]), { may: true, because: 'unfinished' });
  const kept = readFileSync(file).indexOf(keys);
  assert.ok(kept > BYTES - RESERVED, 'the keys are at the end of the disk');
  eraseFormatJournal(system, device);
  assert.equal(formatJournalOf(system, device), undefined);
  assert.equal(readFileSync(file).indexOf(keys), -1);
});

test('nothing is formatted that is refused, and each refusal is a sentence', () => {
  const { system, device, ran } = withDisk([], { status: 0, stdout: 'TYPE=ext4\n' });
  assert.deepEqual(formatFirst(system, ['/dev/vda'], [device]), { device: undefined, refusals: ['/dev/vda is not formatted: it holds ext4'] });
  const small = { ...device, bytes: 2 ** 20 };
  assert.deepEqual(formatFirst(system, ['/dev/vda'], [small]).refusals, ['/dev/vda is not formatted: it is smaller than 16 MiB']);
  assert.deepEqual(ran, []);
});

const AFTER_A_CUT: readonly (readonly [string, { readonly status: number; readonly stdout: string }, string])[] = [
  ['nothing that blkid knows', { status: 2, stdout: '' }, 'unfinished'],
  ['the file system that was being made', { status: 0, stdout: `LABEL=RANCHER_STATE\nTYPE=ext4\nUUID=${DRAWN}\n` }, 'unfinished'],
  ["somebody's file system, made since", { status: 0, stdout: 'LABEL=DATA\nTYPE=ext4\nUUID=11111111-2222-4333-8444-555555555555\n' }, 'it holds ext4 “DATA”'],
  ['a state file system that another machine made since', { status: 0, stdout: 'LABEL=RANCHER_STATE\nTYPE=ext4\nUUID=11111111-2222-4333-8444-555555555555\n' }, 'it holds ext4 “RANCHER_STATE”'],
  ['swap, made since', { status: 0, stdout: 'TYPE=swap\n' }, 'it holds swap'],
  ['two signatures', { status: 8, stdout: '' }, 'it holds signatures of several kinds'],
];
for (const [what, blkid, because] of AFTER_A_CUT) {
  test(`where a formatting was cut off and there is ${what}: ${because}`, () => {
    const { system, device } = withDisk([], blkid);
    writeFormatJournal(system, device);
    assert.equal(canFormat(system, device, [device]).because, because);
  });
}

test('a disk that nobody prepared is not read through where only a prepared one is wanted', () => {
  const { system, device } = withDisk();
  const looked: string[] = [];
  const watched: Machine = {
    ...system,
    runAll(commands) {
      looked.push(...commands.map(({ argv }) => argv.join(' ')));
      return system.runAll(commands);
    },
  };
  assert.deepEqual(canFormat(watched, device, [device], ['docker-machine', 'unfinished']), { may: false, because: 'nobody prepared it' });
  assert.deepEqual(
    looked.filter((line) => line.includes('cmp')),
    [],
  );
});
