import { must, run } from '../runtime/run.ts';
import { Failure, type System } from '../runtime/system.ts';
import type { BlockDevice } from './block-devices.ts';

// Making a file system takes many writes, and after a power cut between them the disk is neither blank nor formatted. So the last MiB of the disk,
// which the file system leaves free, holds a journal until the format is complete: what is being done, and the UUID of the new file system. Another
// file system that was made on the disk meanwhile has another UUID.

/** Bytes at the end of a disk that a new file system leaves free. */
export const RESERVED = 2 ** 20;
/** Bytes of docker-machine's tar that are kept: 8 KiB are known to be enough. */
export const KEPT = 64 * 1024;

const WORDS = 'RancherOS is formatting this disk; it may be formatted again. Its file system is ';
const UUID = /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/;
const RANDOM = '/proc/sys/kernel/random/uuid';
const BLOCK = 4096;

const at = ({ bytes }: BlockDevice): number => Math.floor((bytes - RESERVED) / BLOCK);

/** Records that this disk is being formatted, with the start of its former content. Returns the UUID of its file system, drawn here. */
export function writeFormatJournal(system: System, device: BlockDevice): string {
  const uuid = system.readText(RANDOM)?.trim() ?? '';
  if (!UUID.test(uuid)) throw new Failure(`${RANDOM} gives no UUID`);
  const script = `set -e
dd if="$1" of="$1" bs=4096 count=$(($4 / 4096)) seek=$(($2 + 1)) conv=notrunc,fsync iflag=fullblock status=none
printf %s "$3" | dd of="$1" bs=4096 seek="$2" conv=notrunc,sync,fsync status=none`;
  must(system, ['sh', '-c', script, 'ros', device.path, String(at(device)), `${WORDS}${uuid}`, String(KEPT)]);
  return uuid;
}

/** The UUID that the file system of an unfinished formatting has or gets; undefined where no formatting is noted. */
export function formatJournalOf(system: System, device: BlockDevice): string | undefined {
  if (device.bytes < 16 * RESERVED) return undefined;
  const script = `dd if="$1" bs=4096 count=1 skip="$2" status=none | tr -cd '[:print:]'`;
  const text = run(system, ['sh', '-c', script, 'ros', device.path, String(at(device))]).stdout;
  const uuid = text.startsWith(WORDS) ? text.slice(WORDS.length) : '';
  return UUID.test(uuid) ? uuid : undefined;
}

/** The kept start of the disk, into a file. */
export function copyKept(system: System, device: BlockDevice, file: string): void {
  const script = `umask 077 && dd if="$1" of="$3" bs=4096 skip=$(($2 + 1)) count=$(($4 / 4096)) conv=fsync status=none`;
  must(system, ['sh', '-c', script, 'ros', device.path, String(at(device)), file, String(KEPT)]);
}

/** The formatting is done. */
export function eraseFormatJournal(system: System, device: BlockDevice): void {
  const script = `dd if=/dev/zero of="$1" bs=4096 count=$((1 + $3 / 4096)) seek="$2" conv=notrunc,fsync status=none`;
  must(system, ['sh', '-c', script, 'ros', device.path, String(at(device)), String(KEPT)]);
}
