import type { RandomAccess } from './random-access.ts';
import { SECTOR } from './sector.ts';

/** A primary partition of a master boot record. */
export interface MbrPartition {
  /** One byte: 0x0c FAT32 by LBA, 0x83 Linux, 0xee the whole of a GPT disk. */
  readonly type: number;
  readonly firstLba: number;
  readonly sectors: number;
  readonly isActive: boolean;
}

/** What a master boot record says, its boot code aside. */
export interface Mbr {
  /** 32 bits by which Linux and Windows know the disk (PARTUUID `<signature>-<number>`). */
  readonly signature: number;
  /** Up to four; an empty slot is `undefined`. */
  readonly partitions: readonly (MbrPartition | undefined)[];
}

/** Type of the one partition that a GPT disk shows to whoever knows only MBR. */
export const PROTECTIVE_TYPE = 0xee;

/** Types of partitions that are no GPT's: FAT32 by LBA, and whatever Linux has. */
export const PARTITION_KIND = { fat32: 0x0c, linux: 0x83 } as const;

/** Where what is not boot code begins: disk signature, two zeros, partitions, 55 AA. */
export const MBR_DATA_OFFSET = 0x1b8;

const PARTITIONS_OFFSET = 0x1be;
const PARTITION_SIZE = 16;
const PARTITION_COUNT = 4;
const BOOTABLE_OFFSET = 0x1fe;
export const PROTECTIVE_LIMIT = 0xffff_ffff;

/** Cylinder-head-sector addresses of a drive with 255 heads and 63 sectors end here (8 GB); beyond, everybody reads the LBA. */
const CHS_LIMIT = 1023 * 255 * 63;

/** The first sector of a disk without boot code. */
export function encodeMbr(mbr: Mbr): Uint8Array {
  if (mbr.partitions.length > PARTITION_COUNT)
    throw new RangeError(`an MBR holds no ${mbr.partitions.length} partitions`);
  const bytes = new Uint8Array(SECTOR);
  const view = new DataView(bytes.buffer);
  view.setUint32(MBR_DATA_OFFSET, mbr.signature, true);
  for (const [index, partition] of mbr.partitions.entries()) {
    if (!partition) continue;
    const { type, firstLba, sectors, isActive } = partition;
    if (firstLba > PROTECTIVE_LIMIT || sectors > PROTECTIVE_LIMIT)
      throw new RangeError(`an MBR counts no ${firstLba} + ${sectors} sectors`);
    const offset = PARTITIONS_OFFSET + index * PARTITION_SIZE;
    bytes[offset] = isActive ? 0x80 : 0;
    bytes.set(chs(firstLba), offset + 1);
    bytes[offset + 4] = type;
    bytes.set(type === PROTECTIVE_TYPE ? [0xff, 0xff, 0xff] : chs(firstLba + sectors - 1), offset + 5);
    view.setUint32(offset + 8, firstLba, true);
    view.setUint32(offset + 12, sectors, true);
  }
  bytes.set([0x55, 0xaa], BOOTABLE_OFFSET);
  return bytes;
}

/** The protective MBR of a GPT disk of so many sectors (UEFI 2.10 §5.2.3). */
export function protectiveMbr(sectors: number): Uint8Array {
  const whole = {
    type: PROTECTIVE_TYPE,
    firstLba: 1,
    sectors: Math.min(sectors - 1, PROTECTIVE_LIMIT),
    isActive: false,
  };
  return encodeMbr({ signature: 0, partitions: [whole] });
}

/** Reads the first sector of a disk; `undefined` where 55 AA is missing. */
export function readMbr(source: RandomAccess): Mbr | undefined {
  const bytes = source.read(0, SECTOR).slice();
  if (bytes.length < SECTOR || bytes[BOOTABLE_OFFSET] !== 0x55 || bytes[BOOTABLE_OFFSET + 1] !== 0xaa) return undefined;
  const view = new DataView(bytes.buffer);
  return {
    signature: view.getUint32(MBR_DATA_OFFSET, true),
    partitions: Array.from({ length: PARTITION_COUNT }, (_, index) => {
      const offset = PARTITIONS_OFFSET + index * PARTITION_SIZE;
      const type = bytes[offset + 4] ?? 0;
      if (type === 0) return undefined;
      return {
        type,
        firstLba: view.getUint32(offset + 8, true),
        sectors: view.getUint32(offset + 12, true),
        isActive: bytes[offset] === 0x80,
      };
    }),
  };
}

/** Head, sector and cylinder of an LBA as the three bytes of an MBR entry; FE FF FF where it has none. */
function chs(lba: number): readonly [number, number, number] {
  if (lba >= CHS_LIMIT) return [0xfe, 0xff, 0xff];
  const cylinder = Math.floor(lba / (255 * 63));
  const head = Math.floor(lba / 63) % 255;
  const sector = (lba % 63) + 1;
  return [head, sector | ((cylinder >> 8) << 6), cylinder & 0xff];
}
