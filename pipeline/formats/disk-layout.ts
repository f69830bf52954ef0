import type { Json } from '../core/json.ts';
import { type GptPartition, type GptTable, PARTITION_TYPE, TAIL_SECTORS } from './gpt.ts';
import { type Guid, guidFromDigest, parseGuid } from './guid.ts';
import { MIB, MIB_SECTORS, SECTOR } from './sector.ts';
import { wrongBytes } from './wrong-bytes.ts';

/**
 * The one layout of an installed disk (GPT, whole MiB throughout). The composed image and `ros install` both lay out a disk by a
 * `DiskPlan` and `layOut`, so that they write the same table for the same plan and size.
 *
 * | number | name            | size                     | content                                                  |
 * |--------|-----------------|--------------------------|----------------------------------------------------------|
 * | 1      | BIOS boot       | 1 MiB                    | GRUB's core.img; absent where the machine has no BIOS    |
 * | 2      | RANCHER_BOOT    | `bootPartitionBytes`     | FAT32, label RANCHERBOOT: EFI programs, two slots        |
 * | 3      | RANCHER_STATE   | the rest of the disk     | ext4, label RANCHER_STATE; grows at the first boot       |
 */
export interface DiskPlan {
  /** Whether there is a BIOS boot partition. */
  readonly hasBios: boolean;
  /** Size of the boot partition, whole MiB. */
  readonly bootBytes: number;
  /** Size of the state file system as it is shipped, whole MiB; its partition is at least as large. */
  readonly stateBytes: number;
  readonly ids: DiskIds;
}

/** Every identity on the disk. They follow from contents: equal releases agree, different ones never do. */
export interface DiskIds {
  readonly disk: Guid;
  readonly bios: Guid;
  readonly boot: Guid;
  readonly state: Guid;
  readonly stateFileSystem: Guid;
  readonly stateHashSeed: Guid;
  /** FAT volume serial, eight hex digits. */
  readonly bootSerial: string;
}

/** Where a partition lies. */
export interface Place {
  readonly firstLba: number;
  readonly lastLba: number;
}

export interface DiskLayout {
  readonly table: GptTable;
  readonly bios: Place | undefined;
  readonly boot: Place;
  readonly state: Place;
}

/** GPT names of the partitions. */
export const PARTITION_NAME = { bios: 'BIOS boot', boot: 'RANCHER_BOOT', state: 'RANCHER_STATE' } as const;

/**
 * Label of the boot file system. FAT has eleven characters, one fewer than RANCHER_BOOT; and the ESP of an ISO, which may sit in the
 * same machine, has another one.
 */
export const BOOT_LABEL = 'RANCHERBOOT';

/** Label of the state file system, the same as ever. */
export const STATE_LABEL = 'RANCHER_STATE';

/** FAT clusters of the boot file system: files take whole ones. With 4 KiB a FAT32 begins at 256 MiB. */
export const CLUSTER = 4096;

const BIOS_BYTES = MIB;
const GRANULE = 64 * MIB;
const SMALLEST_BOOT = 512 * MIB;
const FAT_OVERHEAD = 16 * MIB;

/**
 * Size of the boot partition: two slots, each half as large again as this release's, since the partition stays while releases grow;
 * the EFI programs; 16 MiB for FAT's own tables and small files; rounded up to 64 MiB, and at least 512 MiB.
 * `slotBytes` and `otherBytes` count whole clusters.
 */
export function bootPartitionBytes({
  slotBytes,
  otherBytes,
}: {
  readonly slotBytes: number;
  readonly otherBytes: number;
}): number {
  const wanted = 3 * slotBytes + otherBytes + FAT_OVERHEAD;
  return Math.max(SMALLEST_BOOT, Math.ceil(wanted / GRANULE) * GRANULE);
}

/** The smallest disk that holds a plan, in bytes: a MiB before the partitions and one behind them, for both tables. */
export function smallestDisk(plan: DiskPlan): number {
  return MIB + (plan.hasBios ? BIOS_BYTES : 0) + plan.bootBytes + plan.stateBytes + MIB;
}

/** Lays a plan out on a disk of `diskBytes`. Throws `wrong-bytes` where it is too small; a last sector that is cut is not used. */
export function layOut(plan: DiskPlan, diskBytes: number): DiskLayout {
  const smallest = smallestDisk(plan);
  if (diskBytes < smallest)
    throw wrongBytes(
      `The disk has ${Math.floor(diskBytes / MIB)} MiB; at least ${Math.ceil(smallest / MIB)} MiB are needed.`,
    );
  const sectors = Math.floor(diskBytes / SECTOR);
  let next = MIB_SECTORS;
  const take = (bytes: number): Place => {
    const place = { firstLba: next, lastLba: next + bytes / SECTOR - 1 };
    next = place.lastLba + 1;
    return place;
  };
  const bios = plan.hasBios ? take(BIOS_BYTES) : undefined;
  const boot = take(plan.bootBytes);
  const end = Math.floor((sectors - TAIL_SECTORS) / MIB_SECTORS) * MIB_SECTORS;
  const state = take((end - next) * SECTOR);
  const { ids } = plan;
  const partitions: GptPartition[] = [
    { ...boot, type: PARTITION_TYPE.esp, id: ids.boot, name: PARTITION_NAME.boot },
    { ...state, type: PARTITION_TYPE.linux, id: ids.state, name: PARTITION_NAME.state },
  ];
  if (bios) partitions.unshift({ ...bios, type: PARTITION_TYPE.biosBoot, id: ids.bios, name: PARTITION_NAME.bios });
  return { table: { diskId: ids.disk, sectors, partitions }, bios, boot, state };
}

/** The identities that follow from a content key. `digest` is SHA-256 of a text, given because formats have no host. */
export function diskIds(contentKey: string, digest: (text: string) => Uint8Array): DiskIds {
  const derived = (what: string): Uint8Array => digest(`rancheros disk: ${what}\n${contentKey}`);
  const id = (what: string): Guid => guidFromDigest(derived(what));
  return {
    disk: id('disk'),
    bios: id('partition BIOS boot'),
    boot: id('partition RANCHER_BOOT'),
    state: id('partition RANCHER_STATE'),
    stateFileSystem: id('file system RANCHER_STATE'),
    stateHashSeed: id('directory hash of RANCHER_STATE'),
    bootSerial: Array.from(derived('file system RANCHERBOOT').subarray(0, 4), (byte) =>
      byte.toString(16).padStart(2, '0'),
    ).join(''),
  };
}

/** A plan out of JSON. Throws `wrong-bytes` naming `what`. */
export function parseDiskPlan(value: Json, what: string): DiskPlan {
  const plan = recordOf(value);
  const ids = recordOf(plan?.['ids']);
  const size = (name: string): number => {
    const bytes = plan?.[name];
    if (typeof bytes !== 'number' || !Number.isSafeInteger(bytes) || bytes <= 0 || bytes % MIB !== 0)
      throw wrongBytes(`${what} has no ${name} in whole MiB.`);
    return bytes;
  };
  const text = (name: string): string => {
    const id = ids?.[name];
    if (typeof id !== 'string') throw wrongBytes(`${what} has no ids.${name}.`);
    return id;
  };
  const guid = (name: string): Guid => {
    try {
      return parseGuid(text(name));
    } catch (error) {
      if (error instanceof RangeError) throw wrongBytes(`${what} has no GUID as ids.${name}.`);
      throw error;
    }
  };
  if (typeof plan?.['hasBios'] !== 'boolean') throw wrongBytes(`${what} does not say hasBios.`);
  const bootSerial = text('bootSerial');
  if (!/^[0-9a-f]{8}$/.test(bootSerial)) throw wrongBytes(`${what} has no eight hex digits as ids.bootSerial.`);
  return {
    hasBios: plan['hasBios'],
    bootBytes: size('bootBytes'),
    stateBytes: size('stateBytes'),
    ids: {
      disk: guid('disk'),
      bios: guid('bios'),
      boot: guid('boot'),
      state: guid('state'),
      stateFileSystem: guid('stateFileSystem'),
      stateHashSeed: guid('stateHashSeed'),
      bootSerial,
    },
  };
}

function recordOf(value: Json | undefined): { readonly [name: string]: Json | undefined } | undefined {
  if (value === undefined || value === null || typeof value !== 'object' || Array.isArray(value)) return undefined;
  return value as { readonly [name: string]: Json | undefined };
}
