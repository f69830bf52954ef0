import assert from 'node:assert/strict';
import { test } from 'node:test';
import { type BlockDevice, blockDevices, contentOf, findDevice, listOf } from '../../../../overlays/ros/state/block-devices.ts';
import { machine } from '../machine.ts';

const BLKID = `DEVNAME=/dev/vda1
LABEL=RANCHER_STATE
UUID=0A1B-2C
TYPE=ext4
PARTLABEL=the\\ state

DEVNAME=/dev/sr0
LABEL=RancherOS
TYPE=iso9660
`;

/** A machine with disk vda of 100 sectors and a partition on it, as sysfs shows them. */
function withDisk() {
  return machine({
    '/sys/devices/vda/size': '100\n',
    '/sys/devices/vda/ro': '0\n',
    '/sys/devices/vda/vda1/size': '60\n',
    '/sys/devices/vda/vda1/ro': '1\n',
    '/sys/devices/vda/vda1/partition': '1\n',
    '/sys/devices/vda/vda1/start': '34\n',
    '/sys/class/block/ram0/size': '8\n',
  });
}

test('disks and partitions are found with their size, place and disk, and memory disks are none', () => {
  const system = withDisk();
  system.runAll([{ argv: ['sh', '-c', 'cd "$1" && mkdir -p class/block && ln -s ../../devices/vda ../../devices/vda/vda1 class/block/', 'sh', '/sys'] }]);
  const devices = blockDevices(system);
  assert.deepEqual(
    devices.map(({ path, bytes, readOnly, disk, number, start }) => [path, bytes, readOnly, disk, number, start]),
    [
      ['/dev/vda', 51_200, false, '/dev/vda', 0, 0],
      ['/dev/vda1', 30_720, true, '/dev/vda', 1, 17_408],
    ],
  );
});

const LISTED = '\nvda 100 0 vda 0 0\nvda1 60 0 vda 1 34\nsr0 10 1 sr0 0 0\n\n'.slice(1);
const devices: readonly BlockDevice[] = blockDevices(machine({}, { answer: () => ({ status: 0, stdout: `${LISTED}${BLKID}` }) }));

const NAMES: readonly (readonly [string, string | undefined])[] = [
  ['LABEL=RANCHER_STATE', '/dev/vda1'],
  ['LABEL=rancher_state', undefined],
  ['UUID=0a1b-2c', '/dev/vda1'],
  ['PARTLABEL=the state', '/dev/vda1'],
  ['PARTLABEL="the state"', '/dev/vda1'],
  ['/dev/vda', '/dev/vda'],
  ['/dev/disk/by-label/RancherOS', '/dev/sr0'],
  ['/dev/vdb', undefined],
  ['TYPE=ext4', undefined],
];
for (const [name, path] of NAMES) {
  test(`${name} is ${path ?? 'no device'}`, () => assert.equal(findDevice(devices, name)?.path, path));
}

test('a person reads what there is in one line', () => {
  assert.equal(listOf(devices), '/dev/vda (0 MiB, nothing known), /dev/vda1 (0 MiB, ext4 “RANCHER_STATE”)');
  assert.equal(listOf([]), 'no disks');
  assert.equal(contentOf({ ...(devices[0] as BlockDevice), bytes: 3 * 2 ** 30, tags: { PTTYPE: 'gpt' } }), '3 GiB, a partition table (gpt)');
});
