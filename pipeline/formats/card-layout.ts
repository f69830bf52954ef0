import type { Json } from '../core/json.ts';
import type { DiskIds, Place } from './disk-layout.ts';
import { type Mbr, PARTITION_KIND } from './mbr.ts';
import { MIB, SECTOR } from './sector.ts';
import { wrongBytes } from './wrong-bytes.ts';

/**
 * The layout of an SD card for a Raspberry Pi, whose boot ROM reads an MBR. The last partition grows at the first boot.
 *
 * | number | type        | start                 | content                                                                |
 * |--------|-------------|-----------------------|------------------------------------------------------------------------|
 * | 1      | 0C          | 4 MiB                 | FAT32, label RANCHERBOOT: firmware, kernel, device trees, layers       |
 * | 2      | 83          | behind it             | ext4, label RANCHER_STATE                                              |
 *
 * Partitions begin at multiples of 4 MiB: the cards' own erase blocks are no larger.
 */
export interface CardPlan {
  /** Size of the FAT file system, a multiple of 4 MiB. */
  readonly bootBytes: number;
  /** Size of the state file system as it is shipped, a multiple of 4 MiB. */
  readonly stateBytes: number;
  /** Disk signature of the MBR: the kernel makes PARTUUIDs of it. Never 0. */
  readonly signature: number;
}

export interface CardLayout {
  /** Size of the whole card as it is shipped, in bytes. */
  readonly size: number;
  readonly mbr: Mbr;
  readonly boot: Place;
  readonly state: Place;
}

/** What partitions begin at a multiple of, in bytes. */
export const CARD_ALIGNMENT = 4 * MIB;

/** Lays a card out; nothing lies behind the last partition. */
export function layOutCard(plan: CardPlan): CardLayout {
  let next = CARD_ALIGNMENT / SECTOR;
  const take = (bytes: number): Place => {
    const place = { firstLba: next, lastLba: next + bytes / SECTOR - 1 };
    next = place.lastLba + 1;
    return place;
  };
  const boot = take(plan.bootBytes);
  const state = take(plan.stateBytes);
  const entry = (type: number, { firstLba, lastLba }: Place) => ({
    type,
    firstLba,
    sectors: lastLba - firstLba + 1,
    isActive: false,
  });
  const partitions = [entry(PARTITION_KIND.fat32, boot), entry(PARTITION_KIND.linux, state)];
  return { size: next * SECTOR, mbr: { signature: plan.signature, partitions }, boot, state };
}

/** The disk signature that follows from a disk's identities. */
export function cardSignature({ disk }: Pick<DiskIds, 'disk'>): number {
  return Number.parseInt(disk.slice(0, 8), 16) || 1;
}

/** A plan out of JSON. Throws `wrong-bytes` naming `what`. */
export function parseCardPlan(value: Json, what: string): CardPlan {
  const plan = (value !== null && typeof value === 'object' ? value : {}) as { readonly [name: string]: Json };
  const size = (name: string): number => {
    const bytes = plan[name];
    if (typeof bytes !== 'number' || !Number.isSafeInteger(bytes) || bytes <= 0 || bytes % CARD_ALIGNMENT !== 0)
      throw wrongBytes(`${what} has no ${name} that is a multiple of 4 MiB.`);
    return bytes;
  };
  const signature = plan['signature'];
  if (typeof signature !== 'number' || !Number.isInteger(signature) || signature < 1 || signature > 0xffff_ffff)
    throw wrongBytes(`${what} has no signature of 32 bits.`);
  return { bootBytes: size('bootBytes'), stateBytes: size('stateBytes'), signature };
}
