/** Bytes of a logical block of every disk image here; what UEFI calls LBA counts these. */
export const SECTOR = 512;

/** Sectors of a MiB: every partition begins at a multiple, whatever the disk's own block size. */
export const MIB_SECTORS = 2048;

/** Bytes of a MiB. */
export const MIB = SECTOR * MIB_SECTORS;

/** One thing that is wrong with an image; `field` names the bytes, e.g. `primary.headerCrc`. */
export interface FieldProblem {
  readonly field: string;
  /** A whole sentence. */
  readonly message: string;
}
