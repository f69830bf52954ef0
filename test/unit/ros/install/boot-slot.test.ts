import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { confirmStart } from '../../../../overlays/ros/install/boot-slot.ts';
import { type BootChoice, decodeBootChoice, encodeBootChoice, tryNext } from '../../../../pipeline/formats/boot-choice.ts';
import { machine } from '../machine.ts';

const SETTLED: BootChoice = { slot: 'a', next: undefined, left: 0, failed: undefined };
const GRUBENV = '/run/rancher/medium/EFI/debian/grubenv';

/** A started machine; returns what it mounted, and GRUB's choice afterwards. */
function started(slot: string, environment: Uint8Array, options: { readonly isMounted?: boolean } = {}) {
  const mounts: string[] = [];
  const system = machine(
    { '/proc/cmdline': `BOOT_IMAGE=/x quiet rancher.slot=${slot}\n`, [GRUBENV]: environment, '/dev/kmsg': '', '/run/rancher/medium-device': '/dev/vda2\n' },
    {
      answer: ({ argv }) => {
        if (argv[0] === 'mountpoint') return { status: options.isMounted === false ? 1 : 0, stdout: '' };
        if (argv[0] !== 'mount' && argv[0] !== 'umount') return undefined;
        mounts.push(argv.join(' '));
        return { status: 0, stdout: '' };
      },
    },
  );
  confirmStart(system);
  const bytes = readFileSync(join(system.root, GRUBENV));
  return { mounts, bytes, choice: bytes.length === 1024 ? decodeBootChoice(bytes, 'it') : undefined, log: system.readText('/dev/kmsg') ?? '' };
}

test('a slot on trial is kept once it has started', () => {
  const { mounts, choice, log } = started('b', encodeBootChoice({ ...tryNext(SETTLED, 'b'), left: 2 }));
  assert.deepEqual(choice, { ...SETTLED, slot: 'b' });
  assert.deepEqual(mounts, ['mount -o remount,rw /run/rancher/medium', 'mount -o remount,ro /run/rancher/medium']);
  assert.match(log, /slot b works/);
});

test('a slot that is known to work writes nothing', () => {
  const { mounts, log } = started('a', encodeBootChoice(SETTLED));
  assert.deepEqual([mounts, log], [[], '']);
});

test('the old slot, taken again after a failed trial, leaves the failure told', () => {
  const { choice, mounts } = started('a', encodeBootChoice({ ...SETTLED, failed: 'b' }));
  assert.deepEqual([choice, mounts], [{ ...SETTLED, failed: 'b' }, []]);
});

test('a block that GRUB could not read is made one', () => {
  const { choice, bytes } = started('b', Buffer.alloc(1024));
  assert.equal(bytes.length, 1024);
  assert.deepEqual(choice, { ...SETTLED, slot: 'b' });
});

test('a medium that was let go is mounted for it and let go again', () => {
  const { mounts } = started('b', encodeBootChoice(tryNext(SETTLED, 'b')), { isMounted: false });
  assert.equal(mounts[0], 'mount -t vfat -o ro /dev/vda2 /run/rancher/medium');
  assert.equal(mounts.at(-1), 'umount /run/rancher/medium');
});

test('a live system has no slot, and a boot partition that cannot be read stops nobody', () => {
  assert.deepEqual(started('', encodeBootChoice(SETTLED)).mounts, []);
  assert.match(started('b', Buffer.alloc(10)).log, /<3>ros: slot b cannot be confirmed: .*cannot be read/);
});
