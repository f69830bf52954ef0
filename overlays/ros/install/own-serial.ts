import { FAT_SERIAL_OFFSETS } from '../../../pipeline/formats/fat-reader.ts';
import { writeFile } from '../config/files.ts';
import { writeBytes } from '../runtime/bytes.ts';
import { note } from '../runtime/kernel-log.ts';
import { Failure, type System } from '../runtime/system.ts';
import { runningSlot } from './boot-slot.ts';

const DEVICE = '/run/rancher/medium-device';
const RANDOM = '/proc/sys/kernel/random/uuid';
/** On the state disk: the serial number of its boot partition is its own. */
const DONE = '/var/lib/rancher/own-serial';
/** Offsets of a FAT32's identity (Microsoft's specification, 3.3). */
const FAT32 = { offset: 82, text: 'FAT32   ' };

/**
 * Gives the boot partition a serial number of its own in the first start of a disk that was written from an image. GRUB names the file system of the
 * layers by this number, so two disks of one image in one machine would be the same. The copy of the boot sector is written first, each in one write
 * of a sector, so that no power cut leaves half a number.
 */
export function takeOwnSerial(system: System): void {
  if (runningSlot(system) === undefined || system.readText(DONE) !== undefined) return;
  const device = system.readText(DEVICE)?.trim();
  if (device === undefined) return;
  const kind = system.readAt(device, FAT32.offset, FAT32.text.length);
  if (kind === undefined || String.fromCharCode(...kind) !== FAT32.text) return;
  const digits =
    system
      .readText(RANDOM)
      ?.replace(/[^0-9a-f]/g, '')
      .slice(0, 8) ?? '';
  if (digits.length !== 8) throw new Failure(`${RANDOM} gives no number`);
  const serial = Uint8Array.from({ length: 4 }, (_, index) =>
    Number.parseInt(digits.slice(index * 2, index * 2 + 2), 16),
  );
  for (const offset of [...FAT_SERIAL_OFFSETS].reverse()) writeBytes(system, device, offset, serial);
  writeFile(system, DONE, '');
  note(system, `${device} has a serial number of its own now`);
}
