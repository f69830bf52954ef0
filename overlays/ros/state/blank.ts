import { run } from '../runtime/run.ts';
import type { System } from '../runtime/system.ts';
import type { BlockDevice } from './block-devices.ts';

// Whether a disk is blank, as far as that can be known. A disk whose tables were lost, or that somebody writes to without a file system,
// has its data anywhere: a look at its start says nothing of it.

const MIB = 2 ** 20;
/** Read whole at both ends: there lie file systems, tables, what RAIDs and databases write of themselves, and the second GPT. */
const HEAD = 64 * MIB;
const TAIL = 8 * MIB;
/** Samples of what lies between, at the start of a MiB, where partitions and their file systems begin. */
const SAMPLES = 4096;
const SAMPLE = 4096;
/** Seconds for all samples, and for reading as much as that allows from the start to the end. */
const LIMIT = 30;

/** A sentence about the first data that was found on a device, or about why nobody can tell; undefined where it is blank. */
export function whatIsThere(system: System, device: BlockDevice): string | undefined {
  const { path, bytes } = device;
  const head = Math.min(HEAD, bytes);
  const tail = Math.min(TAIL, bytes - head);
  if (!isZero(system, path, { offset: 0, length: MIB }))
    return 'its first MiB is not empty, though nothing known is there';
  if (hasSecondTable(system, device)) return 'it has the second copy of a partition table (GPT) at its end';
  if (!isZero(system, path, { offset: 0, length: head }))
    return `there is data in its first ${head / MIB} MiB, though nothing known is there`;
  if (!isZero(system, path, { offset: bytes - tail, length: tail }))
    return `there is data in its last ${Math.ceil(tail / MIB)} MiB, though nothing known is there`;
  const between = { offset: head, length: bytes - head - tail };
  if (between.length <= 0) return undefined;
  return sampled(system, path, between) ?? readAll(system, path, between);
}

interface Part {
  readonly offset: number;
  readonly length: number;
}

/** dd reads large pieces and cmp stops at the first byte; a device that ends early, or cannot be read, is not empty either. */
const COMPARE = `dd if="$1" bs=1M iflag=skip_bytes,count_bytes,fullblock skip="$2" count="$3" status=none 2>/dev/null |
cmp -s -n "$3" - /dev/zero`;

function isZero(system: System, path: string, { offset, length }: Part): boolean {
  return run(system, ['sh', '-c', COMPARE, 'ros', path, String(offset), String(length)]).status === 0;
}

/** UEFI 2.10, 5.3.2: the header of the backup GPT lies in the last block of the disk and begins with EFI PART. */
function hasSecondTable(system: System, { path, bytes }: BlockDevice): boolean {
  const script = `for size in 512 4096; do dd if="$1" bs=8 count=1 iflag=skip_bytes skip=$(($2 - size)) status=none | tr -cd '[:print:]'; done`;
  return run(system, ['sh', '-c', script, 'ros', path, String(bytes)]).stdout.includes('EFI PART');
}

function sampled(system: System, path: string, { offset, length }: Part): string | undefined {
  const step = Math.max(1, Math.ceil(length / MIB / SAMPLES)) * MIB;
  const end = system.now() + LIMIT * 1000;
  for (let at = offset; at + SAMPLE <= offset + length; at += step) {
    const bytes = system.readAt(path, at, SAMPLE);
    if (bytes === undefined) return `it cannot be read at ${Math.floor(at / MIB)} MiB`;
    if (!isBlank(bytes)) return `there is data at ${Math.floor(at / MIB)} MiB, though nothing known is there`;
    if (system.now() > end)
      return 'it is too slow to be looked at: erase it if it is to be used (blkdiscard, or wipefs and dd)';
  }
  return undefined;
}

function isBlank(bytes: Uint8Array): boolean {
  const words = new Uint32Array(bytes.buffer, bytes.byteOffset, Math.floor(bytes.byteLength / 4));
  for (let index = 0; index < words.length; index += 1) if (words[index] !== 0) return false;
  return true;
}

/** As much of it as the time allows; of a large or slow disk that is a part, and the samples must do for the rest. */
function readAll(system: System, path: string, { offset, length }: Part): string | undefined {
  const argv = ['timeout', String(LIMIT), 'sh', '-c', COMPARE, 'ros', path, String(offset), String(length)];
  const { status } = run(system, argv);
  return status === 0 || status === 124 ? undefined : 'there is data on it, though nothing known is there';
}
