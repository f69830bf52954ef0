import { GRUB_BLOCK_LIST, GRUB_BLOCK_SEGMENT, GRUB_BOOT, GRUB_NOPS } from '../formats/grub-bios.ts';
import type { RandomAccess } from '../formats/random-access.ts';
import { type FieldProblem, SECTOR } from '../formats/sector.ts';

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
  const count = coreView.getUint16(GRUB_BLOCK_LIST + 8, true);
  const rows: readonly (readonly [isRight: boolean, field: string, message: string])[] = [
    [boot[0] === 0xeb && boot[1] === 0x63, 'boot.code', "The first sector does not begin with GRUB's jump, EB 63."],
    [
      bootView.getBigUint64(GRUB_BOOT.kernelSector, true) === BigInt(firstLba),
      'boot.kernelSector',
      `The first sector loads another LBA than ${firstLba}, the start of the BIOS boot partition.`,
    ],
    [boot[GRUB_BOOT.bootDrive] === 0xff, 'boot.drive', 'The first sector does not take the drive from the firmware.'],
    [
      boot[GRUB_BOOT.driveCheck] === GRUB_NOPS[0] && boot[GRUB_BOOT.driveCheck + 1] === GRUB_NOPS[1],
      'boot.driveCheck',
      'The first sector does not repair wrong drive numbers.',
    ],
    [
      coreView.getBigUint64(GRUB_BLOCK_LIST, true) === BigInt(firstLba + 1),
      'core.blockStart',
      `The block list of core.img does not begin at LBA ${firstLba + 1}.`,
    ],
    [
      count > 0 && firstLba + count <= lastLba,
      'core.blockCount',
      `The block list of core.img names ${count} sectors, which the BIOS boot partition does not hold.`,
    ],
    [
      coreView.getUint16(GRUB_BLOCK_LIST + 10, true) === GRUB_BLOCK_SEGMENT,
      'core.blockSegment',
      'The block list of core.img does not load to segment 0820.',
    ],
    [
      core.subarray(GRUB_BLOCK_LIST - 12, GRUB_BLOCK_LIST).every((byte) => byte === 0),
      'core.blockEnd',
      'The block list of core.img has more than one entry.',
    ],
  ];
  return rows.filter(([isRight]) => !isRight).map(([, field, message]) => ({ field, message }));
}
