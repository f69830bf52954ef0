import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { takeOwnSerial } from '../../../../overlays/ros/install/own-serial.ts';
import { machine } from '../machine.ts';

/** A boot sector and its copy as the image has them, between other bytes. */
function bootPartition(kind = 'FAT32   '): Buffer {
  const bytes = Buffer.alloc(16 * 512, 0xa5);
  for (const sector of [0, 6]) {
    bytes.writeUInt32LE(0x1234_5678, sector * 512 + 67);
    bytes.write(kind, sector * 512 + 82, 'latin1');
  }
  return bytes;
}

function firstStart(options: { readonly line?: string; readonly disk?: Buffer; readonly done?: boolean } = {}) {
  const { line = 'quiet rancher.slot=a', disk = bootPartition() } = options;
  const system = machine({
    '/proc/cmdline': `${line}\n`,
    '/run/rancher/medium-device': '/dev/vda2\n',
    '/proc/sys/kernel/random/uuid': 'c0ffee01-2345-4678-9abc-def012345678\n',
    '/dev/kmsg': '',
    '/dev/vda2': disk,
    ...(options.done === true ? { '/var/lib/rancher/own-serial': '' } : {}),
  });
  takeOwnSerial(system);
  return { system, bytes: readFileSync(join(system.root, 'dev/vda2')) };
}

test('the boot partition gets a serial number of its own in the first start, in both copies of its first sector, and nothing else changes', () => {
  const { system, bytes } = firstStart();
  const expected = bootPartition();
  for (const at of [67, 6 * 512 + 67]) expected.set([0xc0, 0xff, 0xee, 0x01], at);
  assert.deepEqual(bytes, expected);
  assert.equal(system.readText('/var/lib/rancher/own-serial'), '');
});

const LEFT_ALONE: readonly (readonly [string, Parameters<typeof firstStart>[0]])[] = [
  ['in its second start', { done: true }],
  ['whose boot loader names it by a fixed number', { line: 'quiet rancher.boot=UUID=1234-5678' }],
  ['that is no FAT32', { disk: bootPartition('FAT16   ') }],
];
for (const [what, options] of LEFT_ALONE) {
  test(`a boot partition ${what} keeps its serial number`, () => {
    assert.deepEqual(firstStart(options).bytes, options?.disk ?? bootPartition());
  });
}
