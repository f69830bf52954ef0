import { run } from '../runtime/run.ts';
import type { System } from '../runtime/system.ts';
import type { BlockDevice } from './block-devices.ts';

// Whether a disk is blank, as far as that can be known. A disk whose tables were lost, or that somebody writes to without a file system,
// has its data anywhere: a look at its start says nothing of it.

const MIB = 2 ** 20;
/** Read whole at both ends: there lie file systems, tables, what RAIDs and databases write of themselves, and the second GPT. */
const HEAD = 64 * MIB;
const TAIL = 8 * MIB;
/** Samples of what lies between, at the start of a MiB, where partitions and their file systems begin: in passes over all of it, of so many each. */
const PASS = 512;
/** Which of each eight samples a pass looks at: each pass halves what the ones before have left between them. */
const PASSES = [0, 4, 2, 6, 1, 5, 3, 7];
const SAMPLE = 4096;
/** Seconds for all passes, and for reading as much as that allows from the start to the end. */
const LIMIT = 30;
/** Seconds for the first pass, without which nobody can tell. */
const PATIENCE = 120;

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
  return atKnownPlaces(system, device, between) ?? sampled(system, path, between) ?? readAll(system, path, between);
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

/**
 * Places beyond both ends that file systems write to wherever their data lies, from the start of the disk or of a first partition: ext's
 * backup superblocks (in the block groups 1 and the powers of 3, 5 and 7), the second superblock of Btrfs, XFS's allocation groups, which are
 * four on a single disk. RAID, LVM, LUKS, ZFS and partition tables write to the ends, which were read whole.
 */
function knownPlaces(bytes: number): readonly number[] {
  const group = 128 * MIB;
  const powers = [3, 5, 7].flatMap((base) => Array.from({ length: 10 }, (_, exponent) => base ** (exponent + 1)));
  const fromStart = [1, ...powers].map((number) => number * group);
  const places = [...fromStart, 256 * 1024 * MIB + 64 * 1024, ...[1, 2, 3].map((quarter) => (quarter * bytes) / 4)];
  return places.flatMap((place) => [place, place + MIB]).map((place) => Math.floor(place / SAMPLE) * SAMPLE);
}

function atKnownPlaces(system: System, { path, bytes }: BlockDevice, { offset, length }: Part): string | undefined {
  const inside = [...new Set(knownPlaces(bytes))].filter((at) => at >= offset && at + SAMPLE <= offset + length);
  return firstData(
    system,
    path,
    inside.sort((a, b) => a - b),
  ).found;
}

/** A slow disk has fewer samples taken, all over it: at least one pass, after that as many as the time allows. */
function sampled(system: System, path: string, { offset, length }: Part): string | undefined {
  const step = Math.max(1, Math.ceil(length / MIB / (PASS * PASSES.length))) * MIB;
  const begun = system.now();
  for (const pass of PASSES) {
    const places: number[] = [];
    for (let at = offset + pass * step; at + SAMPLE <= offset + length; at += step * PASSES.length) places.push(at);
    const isFirst = pass === PASSES[0];
    const { found, isLate } = firstData(system, path, places, begun + (isFirst ? PATIENCE : LIMIT) * 1000);
    if (found !== undefined) return found;
    if (isLate && isFirst)
      return 'it is too slow to be looked at: erase it if it is to be used (blkdiscard, or wipefs and dd)';
    if (isLate) return undefined;
  }
  return undefined;
}

/** Looks at places until there is something, or until it is later than that. */
function firstData(
  system: System,
  path: string,
  places: readonly number[],
  end = Number.POSITIVE_INFINITY,
): { readonly found?: string; readonly isLate?: boolean } {
  for (const at of places) {
    if (system.now() > end) return { isLate: true };
    const bytes = system.readAt(path, at, SAMPLE);
    if (bytes === undefined) return { found: `it cannot be read at ${Math.floor(at / MIB)} MiB` };
    if (!isBlank(bytes))
      return { found: `there is data at ${Math.floor(at / MIB)} MiB, though nothing known is there` };
  }
  return {};
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
