import type { DiskLayout } from './disk-layout.ts';
import { encodeGpt, FIRST_USABLE } from './gpt.ts';
import { grubBootSector, placedGrubCore } from './grub-bios.ts';
import { protectiveMbr } from './mbr.ts';
import { SECTOR } from './sector.ts';

/** GRUB's programs for a BIOS, as its package and `grub-mkimage` give them. */
export interface BiosCode {
  /** `boot.img`, one sector. */
  readonly boot: Uint8Array;
  /** `core.img`. */
  readonly core: Uint8Array;
}

/** Bytes and where on the disk they go. */
export interface FramePiece {
  readonly lba: number;
  readonly bytes: Uint8Array;
}

/** Everything on an installed disk that is not inside a file system: table at both ends and boot code. */
export function diskFrame(layout: DiskLayout, bios: BiosCode | undefined): readonly FramePiece[] {
  const { table } = layout;
  const { primary, backup } = encodeGpt(table);
  const mbr = protectiveMbr(table.sectors);
  const hasCode = bios !== undefined && layout.bios !== undefined;
  const head = new Uint8Array(FIRST_USABLE * SECTOR);
  head.set(hasCode ? grubBootSector(bios.boot, mbr, layout.bios.firstLba) : mbr);
  head.set(primary, SECTOR);
  const pieces: FramePiece[] = [{ lba: 0, bytes: head }];
  if (hasCode) {
    const { firstLba, lastLba } = layout.bios;
    pieces.push({ lba: firstLba, bytes: placedGrubCore(bios.core, firstLba, lastLba - firstLba + 1) });
  }
  pieces.push({ lba: table.sectors - backup.length / SECTOR, bytes: backup });
  return pieces;
}
