import { confirmSlot, decodeBootChoice, encodeBootChoice, type Slot } from '../../../pipeline/formats/boot-choice.ts';
import { GRUB_ENVIRONMENT_SIZE } from '../../../pipeline/formats/grub-environment.ts';
import { readBytes, writeBytes } from '../runtime/bytes.ts';
import { alarm, note } from '../runtime/kernel-log.ts';
import { must, run } from '../runtime/run.ts';
import { Failure, type System } from '../runtime/system.ts';

/** Where /init mounted the boot partition, and its notes about it. */
const MEDIUM = '/run/rancher/medium';
const DEVICE = '/run/rancher/medium-device';
const ENVIRONMENT = 'EFI/debian/grubenv';

/** The folder of the boot partition that this system was started from; undefined on a live system. */
export function runningSlot(system: System): Slot | undefined {
  const value = /(?:^|\s)rancher\.slot=([ab])(?:\s|$)/.exec(system.readText('/proc/cmdline') ?? '')?.[1];
  return value === 'a' || value === 'b' ? value : undefined;
}

/** Whether GRUB does not know yet that the running slot works. Never fails: `confirmStart` reports errors. */
export function needsConfirmation(system: System): boolean {
  const slot = runningSlot(system);
  if (slot === undefined) return false;
  try {
    return withEnvironment(system, (path) => differs(system, path, slot) !== undefined);
  } catch {
    return true;
  }
}

/**
 * Tells GRUB that the running slot works, so that a version on trial is kept. Nothing is written where GRUB knows; otherwise one block is
 * overwritten in place, of which the first sector is enough. A boot partition that cannot be written does not stop the machine.
 */
export function confirmStart(system: System): void {
  const slot = runningSlot(system);
  if (slot === undefined) return;
  try {
    if (confirm(system, slot)) note(system, `slot ${slot} works and is started from now on`);
  } catch (error) {
    alarm(system, `slot ${slot} cannot be confirmed: ${error instanceof Error ? error.message : String(error)}`);
  }
}

function confirm(system: System, slot: Slot): boolean {
  return withEnvironment(system, (path) => {
    const wanted = differs(system, path, slot);
    if (wanted === undefined) return false;
    must(system, ['mount', '-o', 'remount,rw', MEDIUM]);
    try {
      writeBytes(system, path, 0, wanted);
    } finally {
      must(system, ['mount', '-o', 'remount,ro', MEDIUM]);
    }
    return true;
  });
}

/** The block as it has to be for this slot, where it is another one. */
function differs(system: System, path: string, slot: Slot): Uint8Array | undefined {
  const bytes = readBytes(system, path, { offset: 0, length: GRUB_ENVIRONMENT_SIZE });
  const wanted = encodeBootChoice(confirmSlot(choiceIn(bytes), slot));
  return wanted.every((byte, index) => byte === bytes[index]) ? undefined : wanted;
}

/** Has something done with GRUB's block, on the boot partition that is mounted as long as that takes. */
function withEnvironment<T>(system: System, work: (path: string) => T): T {
  const isMounted = run(system, ['mountpoint', '-q', MEDIUM]).status === 0;
  if (!isMounted) {
    // With rancher.toram the medium was let go.
    const device = system.readText(DEVICE)?.trim();
    if (device === undefined) throw new Failure(`${DEVICE} does not say where the boot partition is`);
    must(system, ['mount', '-t', 'vfat', '-o', 'ro', device, MEDIUM]);
  }
  try {
    return work(`${MEDIUM}/${ENVIRONMENT}`);
  } finally {
    if (!isMounted) must(system, ['umount', MEDIUM]);
  }
}

/** A block that is none counts, as for GRUB, as slot `a` without a trial. */
function choiceIn(bytes: Uint8Array): ReturnType<typeof decodeBootChoice> {
  try {
    return decodeBootChoice(bytes, ENVIRONMENT);
  } catch {
    return { slot: 'a', next: undefined, left: 0, failed: undefined };
  }
}
