import { MBR_DATA_OFFSET } from './mbr.ts';
import type { RandomAccess } from './random-access.ts';
import { type FieldProblem, SECTOR } from './sector.ts';
import { wrongBytes } from './wrong-bytes.ts';

/**
 * GRUB's BIOS boot code on a GPT disk, as `grub-bios-setup` writes it (GRUB 2.12: util/setup.c, boot/i386/pc/{boot,diskboot}.S;
 * measured with 2.06 and 2.12): `boot.img` in the first sector loads the first sector of `core.img`, which loads the rest by
 * a list of blocks that ends in it. Offsets are bytes.
 */
const BOOT = {
  /** u64: LBA of the first sector of `core.img`. */
  kernelSector: 0x5c,
  /** u8: 0xff takes the drive that the firmware passed. */
  bootDrive: 0x64,
  /** A jump over the repair of a wrong drive number; two NOPs in its place switch the repair on, for hard disks. */
  driveCheck: 0x66,
} as const;
const DRIVE_CHECK_JUMP = [0xeb, 0x05] as const;
const NOPS = [0x90, 0x90] as const;

/** The last, and here only, entry of the block list: u64 first LBA, u16 sectors, u16 segment it is loaded to. */
const BLOCK_LIST = SECTOR - 12;
const BLOCK_SEGMENT = 0x0820;

/** Sectors that one entry of the block list can name. */
const BLOCK_LIMIT = 0xffff;

/** The first sector of the disk: `boot.img`'s code around the table of `mbr`, pointed at `core.img`. */
export function grubBootSector(bootImage: Uint8Array, mbr: Uint8Array, coreLba: number): Uint8Array {
  if (
    bootImage.length !== SECTOR ||
    bootImage[BOOT.driveCheck] !== DRIVE_CHECK_JUMP[0] ||
    bootImage[BOOT.driveCheck + 1] !== DRIVE_CHECK_JUMP[1]
  )
    throw wrongBytes("GRUB's boot.img is none: 512 bytes with EB 05 at 0x66 are expected.");
  const bytes = mbr.slice();
  bytes.set(bootImage.subarray(0, MBR_DATA_OFFSET));
  const view = new DataView(bytes.buffer);
  view.setBigUint64(BOOT.kernelSector, BigInt(coreLba), true);
  bytes[BOOT.bootDrive] = 0xff;
  bytes.set(NOPS, BOOT.driveCheck);
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
  if (view.getUint16(BLOCK_LIST + 10, true) !== BLOCK_SEGMENT)
    throw wrongBytes("GRUB's core.img is none: its first sector does not end in a block list for segment 0820.");
  view.setBigUint64(BLOCK_LIST, BigInt(firstLba + 1), true);
  view.setUint16(BLOCK_LIST + 8, count - 1, true);
  return bytes;
}

/** What is wrong with GRUB's BIOS code on a disk whose BIOS boot partition spans these LBAs. */
export function validateGrubBios(
  source: RandomAccess,
  { firstLba, lastLba }: { readonly firstLba: number; readonly lastLba: number },
): readonly FieldProblem[] {
  const boot = source.read(0, SECTOR).slice();
  const core = source.read(firstLba * SECTOR, SECTOR).slice();
  if (boot.length < SECTOR || core.length < SECTOR)
    return [{ field: 'core.place', message: 'The disk ends before the BIOS boot partition.' }];
  const bootView = new DataView(boot.buffer);
  const coreView = new DataView(core.buffer);
  const count = coreView.getUint16(BLOCK_LIST + 8, true);
  const rows: readonly (readonly [isRight: boolean, field: string, message: string])[] = [
    [boot[0] === 0xeb && boot[1] === 0x63, 'boot.code', 'The first sector does not begin with GRUB’s jump, EB 63.'],
    [
      bootView.getBigUint64(BOOT.kernelSector, true) === BigInt(firstLba),
      'boot.kernelSector',
      `The first sector loads another LBA than ${firstLba}, the start of the BIOS boot partition.`,
    ],
    [boot[BOOT.bootDrive] === 0xff, 'boot.drive', 'The first sector does not take the drive from the firmware.'],
    [
      boot[BOOT.driveCheck] === NOPS[0] && boot[BOOT.driveCheck + 1] === NOPS[1],
      'boot.driveCheck',
      'The first sector does not repair wrong drive numbers.',
    ],
    [
      coreView.getBigUint64(BLOCK_LIST, true) === BigInt(firstLba + 1),
      'core.blockStart',
      `The block list of core.img does not begin at LBA ${firstLba + 1}.`,
    ],
    [
      count > 0 && firstLba + count <= lastLba,
      'core.blockCount',
      `The block list of core.img names ${count} sectors, which the BIOS boot partition does not hold.`,
    ],
    [
      coreView.getUint16(BLOCK_LIST + 10, true) === BLOCK_SEGMENT,
      'core.blockSegment',
      'The block list of core.img does not load to segment 0820.',
    ],
    [
      core.subarray(BLOCK_LIST - 12, BLOCK_LIST).every((byte) => byte === 0),
      'core.blockEnd',
      'The block list of core.img has more than one entry.',
    ],
  ];
  return rows.filter(([isRight]) => !isRight).map(([, field, message]) => ({ field, message }));
}
