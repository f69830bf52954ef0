import type { DiskIds } from '../formats/disk-layout.ts';

/** Blocks of the state file system, in bytes. */
const STATE_BLOCK = 4096;

/** Room for the group descriptors of 2 TiB: up to there the file system grows while mounted, whatever its features. */
const GROWTH_BLOCKS = 2 ** 41 / STATE_BLOCK;

/** Arguments of mkfs.vfat that follow from a disk's contents. */
export function fatArguments({ bootSerial }: Pick<DiskIds, 'bootSerial'>, bootBytes: number): string {
  return `-i ${bootSerial} ${bootBytes / 1024}`;
}

/** Arguments of mke2fs that follow from a disk's contents. */
export function ext4Arguments(
  { stateFileSystem, stateHashSeed }: Pick<DiskIds, 'stateFileSystem' | 'stateHashSeed'>,
  stateBytes: number,
): string {
  // One -E: mke2fs keeps only the last. Prezeroed, so that nothing depends on what the building machine's kernel can do.
  return `-U ${stateFileSystem} -E hash_seed=${stateHashSeed},resize=${GROWTH_BLOCKS},assume_storage_prezeroed=1 ${stateBytes / STATE_BLOCK}`;
}
