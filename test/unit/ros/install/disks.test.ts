import assert from 'node:assert/strict';
import { test } from 'node:test';
import { contentOf, diskNamed, sizeText, whyBusy } from '../../../../overlays/ros/install/disks.ts';
import { Failure } from '../../../../overlays/ros/runtime/system.ts';
import { type Machine, machine } from '../machine.ts';

interface Row {
  readonly path: string;
  readonly type?: string;
  readonly size?: number;
  readonly ro?: boolean;
  readonly 'maj:min'?: string;
  readonly mountpoints?: readonly (string | null)[];
  readonly children?: readonly Row[];
}

const row = ({ path, children = [], ...rest }: Row): object => ({
  path,
  type: 'disk',
  size: 8e9,
  ro: false,
  model: 'QEMU disk',
  'maj:min': '1:1',
  mountpoints: [null],
  ...rest,
  children: children.map(row),
});

const GB = 1e9;
const ROWS: readonly Row[] = [
  { path: '/dev/loop0', type: 'loop', size: 0, 'maj:min': '7:0' },
  { path: '/dev/sda', 'maj:min': '8:0', children: [{ path: '/dev/sda1', type: 'part', 'maj:min': '8:1', size: GB }] },
  { path: '/dev/sdb', 'maj:min': '8:16', children: [{ path: '/dev/sdb1', type: 'part', 'maj:min': '8:17', children: [{ path: '/dev/mapper/vg-data', type: 'lvm', 'maj:min': '253:0' }] }] },
  { path: '/dev/sdc', 'maj:min': '8:32', children: [{ path: '/dev/sdc1', type: 'part', 'maj:min': '8:33' }] },
  { path: '/dev/sdd', 'maj:min': '8:48', children: [{ path: '/dev/sdd1', type: 'part', 'maj:min': '8:49' }] },
  { path: '/dev/sde', 'maj:min': '8:64', ro: true },
  { path: '/dev/nvme0n1', 'maj:min': '259:0', children: [{ path: '/dev/nvme0n1p1', type: 'part', 'maj:min': '259:1' }] },
];

/** A machine with those disks; of a link, readlink knows where it leads. */
function withDisks(signatures: { readonly [path: string]: string } = {}): Machine {
  const links: { readonly [path: string]: string } = { '/dev/disk/by-id/ata-X': '/dev/sda' };
  return machine(
    {
      '/proc/1/mountinfo': '30 1 8:17 / /elsewhere rw - ext4 /dev/sdb1 rw\n28 27 8:33 / /run/rancher/medium ro,relatime shared:3 - vfat /dev/sdc1 ro\n',
      '/proc/self/mountinfo': '44 1 259:1 / /mnt/data rw - ext4 /dev/nvme0n1p1 rw\n',
      '/proc/swaps': 'Filename Type Size Used Priority\n/dev/sdd1 partition 1 0 -2\n',
    },
    {
      answer: ({ argv }) => {
        const last = argv.at(-1) ?? '';
        if (argv[0] === 'lsblk') return { status: 0, stdout: JSON.stringify({ blockdevices: ROWS.map(row) }) };
        if (argv[0] === 'readlink') return { status: 0, stdout: `${links[last] ?? last}\n` };
        if (argv[0] === 'wipefs') return { status: 0, stdout: signatures[last] ?? '' };
        return undefined;
      },
    },
  );
}

const FOUND: readonly (readonly [sentence: string, name: string, path: string])[] = [
  ['by its path', '/dev/sda', '/dev/sda'],
  ['by its name', 'nvme0n1', '/dev/nvme0n1'],
  ['by a link', '/dev/disk/by-id/ata-X', '/dev/sda'],
];
for (const [sentence, name, path] of FOUND)
  test(`a disk is found ${sentence}`, () => {
    assert.equal(diskNamed(withDisks(), name).path, path);
  });

const NOT_FOUND: readonly (readonly [sentence: string, name: string, says: RegExp])[] = [
  ['does not exist', '/dev/sdf', /^there is no disk \/dev\/sdf\. Did you mean \/dev\/sda\?\nDisks of this machine:\n {2}\/dev\/sda +8\.0 GB {2}QEMU disk\n/],
  ['is a partition', '/dev/nvme0n1p1', /^\/dev\/nvme0n1p1 is a part of \/dev\/nvme0n1; an installation takes the whole disk: -d \/dev\/nvme0n1\n/],
  ['is a volume on a partition', '/dev/mapper/vg-data', /is a part of \/dev\/sdb/],
  ['has no medium in it', '/dev/loop0', /there is no disk \/dev\/loop0/],
];
for (const [sentence, name, says] of NOT_FOUND)
  test(`what ${sentence} is refused`, () => {
    assert.throws(
      () => diskNamed(withDisks(), name),
      (error) => error instanceof Failure && says.test(error.message),
    );
  });

const BUSY: readonly (readonly [sentence: string, path: string, reasons: readonly string[]])[] = [
  ['that nobody uses', '/dev/sda', []],
  ['whose partition belongs to LVM and is mounted where PID 1 sees it', '/dev/sdb', ['/dev/sdb1 is mounted on /elsewhere.', '/dev/sdb1 belongs to /dev/mapper/vg-data (lvm), which is in use.']],
  ['that the system runs from', '/dev/sdc', ['/dev/sdc1 is what this system runs from.']],
  ['with swap', '/dev/sdd', ['/dev/sdd1 is used as swap.']],
  ['that is read-only', '/dev/sde', ['/dev/sde is read-only.']],
  ['mounted where only we see it', '/dev/nvme0n1', ['/dev/nvme0n1p1 is mounted on /mnt/data.']],
];
for (const [sentence, path, reasons] of BUSY)
  test(`of a disk ${sentence} it is said why it is busy`, () => {
    const system = withDisks();
    assert.deepEqual(whyBusy(system, diskNamed(system, path)), reasons);
  });

test('what is on a disk is told once per kind, with its label', () => {
  const system = withDisks({
    '/dev/sda': JSON.stringify({ signatures: [{ type: 'gpt' }, { type: 'gpt' }, { type: 'PMBR' }] }),
    '/dev/sda1': JSON.stringify({ signatures: [{ type: 'ext4', label: 'RANCHER_STATE' }] }),
  });
  assert.deepEqual(contentOf(system, diskNamed(system, '/dev/sda')), ['/dev/sda: gpt', '/dev/sda: PMBR', '/dev/sda1: ext4, label RANCHER_STATE']);
  assert.deepEqual(contentOf(system, diskNamed(system, '/dev/sde')), []);
});

test('sizes are those of the box', () => {
  assert.deepEqual([512, 999_999, 8_589_934_592, 250e9, 2e12].map(sizeText), ['512 B', '1000 kB', '8.6 GB', '250 GB', '2.0 TB']);
});
