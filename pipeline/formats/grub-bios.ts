import { MBR_DATA_OFFSET } from './mbr.ts';
import { SECTOR } from './sector.ts';
import { wrongBytes } from './wrong-bytes.ts';

/**
 * GRUB's BIOS boot code on a GPT disk, as `grub-bios-setup` writes it (GRUB 2.12: util/setup.c, boot/i386/pc/{boot,diskboot}.S;
 * measured with 2.06 and 2.12): `boot.img` in the first sector loads the first sector of `core.img`, which loads the rest by
 * a list of blocks that ends in it. Offsets are bytes.
 */
export const GRUB_BOOT = {
  /** u64: LBA of the first sector of `core.img`. */
  kernelSector: 0x5c,
  /** u8: 0xff takes the drive that the firmware passed. */
  bootDrive: 0x64,
  /** A jump over the repair of a wrong drive number; two NOPs in its place switch the repair on, for hard disks. */
  driveCheck: 0x66,
} as const;
const DRIVE_CHECK_JUMP = [0xeb, 0x05] as const;
export const GRUB_NOPS = [0x90, 0x90] as const;

/** The last, and here only, entry of the block list in the first sector of `core.img`: u64 first LBA, u16 sectors, u16 segment it is loaded to. */
export const GRUB_BLOCK_LIST = SECTOR - 12;
export const GRUB_BLOCK_SEGMENT = 0x0820;

/** Sectors that one entry of the block list can name. */
const BLOCK_LIMIT = 0xffff;

/** The first sector of the disk: `boot.img`'s code around the table of `mbr`, pointed at `core.img`. */
export function grubBootSector(bootImage: Uint8Array, mbr: Uint8Array, coreLba: number): Uint8Array {
  if (
    bootImage.length !== SECTOR ||
    bootImage[GRUB_BOOT.driveCheck] !== DRIVE_CHECK_JUMP[0] ||
    bootImage[GRUB_BOOT.driveCheck + 1] !== DRIVE_CHECK_JUMP[1]
  )
    throw wrongBytes("GRUB's boot.img is none: 512 bytes with EB 05 at 0x66 are expected.");
  const bytes = mbr.slice();
  bytes.set(bootImage.subarray(0, MBR_DATA_OFFSET));
  const view = new DataView(bytes.buffer);
  view.setBigUint64(GRUB_BOOT.kernelSector, BigInt(coreLba), true);
  bytes[GRUB_BOOT.bootDrive] = 0xff;
  bytes.set(GRUB_NOPS, GRUB_BOOT.driveCheck);
  return bytes;
}

/** `core.img` as it lies from `firstLba` on, in whole sectors. Throws `wrong-bytes` where it has more than `sectors`. */
export function placedGrubCore(core: Uint8Array, firstLba: number, sectors: number): Uint8Array {
  const count = Math.ceil(core.length / SECTOR);
  if (count < 2 || count > sectors || count - 1 > BLOCK_LIMIT)
    throw wrongBytes(`GRUB's core.img has ${core.length} bytes; the BIOS boot partition holds ${sectors * SECTOR}.`);
  const bytes = new Uint8Array(count * SECTOR);
  bytes.set(core);
  const view = new DataView(bytes.buffer);
  if (view.getUint16(GRUB_BLOCK_LIST + 10, true) !== GRUB_BLOCK_SEGMENT)
    throw wrongBytes("GRUB's core.img is none: its first sector does not end in a block list for segment 0820.");
  view.setBigUint64(GRUB_BLOCK_LIST, BigInt(firstLba + 1), true);
  view.setUint16(GRUB_BLOCK_LIST + 8, count - 1, true);
  return bytes;
}
