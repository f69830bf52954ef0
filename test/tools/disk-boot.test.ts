import assert from 'node:assert/strict';
import { chmodSync, constants, copyFileSync, writeFileSync } from 'node:fs';
import { test } from 'node:test';
import type { FirmwareKind } from '../../pipeline/emulator/machine.ts';
import { startMachine } from '../../pipeline/emulator/running-machine.ts';
import type { Mark } from '../../pipeline/emulator/serial-console.ts';
import { type BootChoice, confirmSlot, decodeBootChoice, encodeBootChoice, tryNext } from '../../pipeline/formats/boot-choice.ts';
import { grubSettings } from '../../pipeline/formats/grub-settings.ts';
import { kernelArguments } from '../../pipeline/shared/kernel-arguments.ts';
import { acceleratorOfRun } from '../rig/accelerator.ts';
import { oracle, oracleOutput, toolRoot } from '../rig/tools.ts';
import { scratch } from '../unit/trees/sample.ts';
import { buildDisk } from './disk-build.ts';

const PATIENCE = Number(process.env['RANCHEROS_PATIENCE'] ?? '3');
const BOOT_AT = 4096 * 512;
const ENVIRONMENT = '::/EFI/debian/grubenv';
const POWER_ON = 0 as Mark;
const SETTLED: BootChoice = { slot: 'a', next: undefined, left: 0, failed: undefined };

/** A disk of its own for each firmware, with the kernel on the serial port. */
async function freshDisk(): Promise<string> {
  const { raw } = await buildDisk('amd64', { append: 'console=ttyS0 loglevel=7 rancher.x=[a,b]' });
  const copy = scratch();
  copyFileSync(raw, copy, constants.COPYFILE_FICLONE);
  chmodSync(copy, 0o600);
  return copy;
}

/** Puts a file of ours on the boot partition, as the running system would. */
async function put(disk: string, path: string, bytes: Uint8Array | string): Promise<void> {
  const file = scratch();
  writeFileSync(file, bytes);
  await oracleOutput(['mcopy', '-o', '-i', `${disk}@@${BOOT_AT}`, file, path]);
}

async function choiceOn(disk: string): Promise<BootChoice> {
  const { stdout } = await oracle(['mtype', '-i', `${disk}@@${BOOT_AT}`, ENVIRONMENT]);
  return decodeBootChoice(stdout, 'the environment on the disk');
}

/** Copies slot A to slot B under another version. */
async function fillSlotB(disk: string): Promise<void> {
  const image = `${disk}@@${BOOT_AT}`;
  await oracleOutput(['mmd', '-i', image, '::/b', '::/b/boot']);
  for (const name of ['boot/vmlinuz', 'boot/initrd']) await put(disk, `::/b/${name}`, (await oracle(['mtype', '-i', image, `::/a/${name}`])).stdout);
  await put(disk, '::/b/slot.cfg', grubSettings({ version: 'v9', arguments: 'panic=10' }));
}

/** Switches a machine on, waits for a text on its serial port and switches it off. */
async function bootUntil(disk: string, firmware: FirmwareKind, pattern: RegExp, meaning: string): Promise<string> {
  const root = await toolRoot('qemu');
  const { accelerator } = await acceleratorOfRun(root);
  const machine = await startMachine(
    { memoryMiB: 768, cpus: 1, firmware, boot: { type: 'disk' }, disks: [{ file: disk, format: 'raw', bus: firmware === 'bios' ? 'virtio' : 'ahci' }] },
    { toolRoot: root, accelerator, fatal: /grub rescue>|Kernel panic - not syncing[^\n]*/ },
  );
  try {
    return (await machine.console.waitFor({ pattern, meaning, deadlineSeconds: 60 * PATIENCE, since: POWER_ON })).match[0];
  } finally {
    await machine.stop();
  }
}

const started = (slot: 'a' | 'b'): RegExp => new RegExp(`Booting \`RancherOS v[^']* \\(slot ${slot}\\)'`);

for (const firmware of ['bios', 'uefi'] as const) {
  test(`the composed disk under ${firmware}`, async (context) => {
    const disk = await freshDisk();

    await context.test('starts the kernel of slot A with the installed command line and the words of append.cfg', async () => {
      const installed = kernelArguments('disk', 'amd64').replaceAll('.', '\\.');
      const line = new RegExp(`BOOT_IMAGE=/a/boot/vmlinuz ${installed} rancher\\.boot=UUID=[0-9A-F]{4}-[0-9A-F]{4} rancher\\.slot=a console=ttyS0 loglevel=7 rancher\\.x=\\[a,b\\]\\s`);
      // The kernel says it twice, which helps where the serial port swallows a letter.
      await bootUntil(disk, firmware, line, "the kernel's command line");
      assert.deepEqual(await choiceOn(disk), SETTLED);
    });

    await context.test('gives a new version three starts and then takes the old one again', async () => {
      await fillSlotB(disk);
      await put(disk, ENVIRONMENT, encodeBootChoice(tryNext(SETTLED, 'b')));
      for (const left of [2, 1, 0]) {
        await bootUntil(disk, firmware, started('b'), 'the start of slot B');
        assert.deepEqual(await choiceOn(disk), { ...SETTLED, next: 'b', left });
      }
      await bootUntil(disk, firmware, started('a'), 'the start of slot A');
      assert.deepEqual(await choiceOn(disk), { ...SETTLED, failed: 'b' });
    });

    await context.test('starts a version that proved itself ever after', async () => {
      await put(disk, ENVIRONMENT, encodeBootChoice(confirmSlot(await choiceOn(disk), 'b')));
      const line = await bootUntil(disk, firmware, new RegExp(`${started('b').source}|${started('a').source}`), 'the start of a slot');
      assert.match(line, started('b'));
    });

    await context.test('starts the other slot at once where a kernel is missing or an environment is rubbish', async () => {
      await oracleOutput(['mdel', '-i', `${disk}@@${BOOT_AT}`, '::/b/boot/vmlinuz']);
      await bootUntil(disk, firmware, /BOOT_IMAGE=\/a\/boot\/vmlinuz/, 'the kernel of slot A');
      await put(disk, ENVIRONMENT, Buffer.alloc(1024));
      await bootUntil(disk, firmware, started('a'), 'the start of slot A');
    });
  });
}
