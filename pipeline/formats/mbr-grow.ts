/** Sectors that a table of 32-bit numbers can address: 2 TiB. */
const ADDRESSABLE = 2 ** 32;

/**
 * Sectors of a partition of an MBR disk that takes all from `firstLba` to the end of a disk of `diskSectors`, or to the end of what an MBR
 * counts. (sfdisk 2.41, told to take all, writes the remainder modulo 2^32.)
 */
export function sectorsToEnd(firstLba: number, diskSectors: number): number {
  return Math.max(0, Math.min(diskSectors, ADDRESSABLE - 1) - firstLba);
}
