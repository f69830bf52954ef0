import type { MediumContents } from '../core/medium.ts';
import { readFat32 } from '../formats/fat-reader.ts';
import { PARTITION_TYPE } from '../formats/gpt.ts';
import { readGpt } from '../formats/gpt-reader.ts';
import { readMbr } from '../formats/mbr.ts';
import { type RandomAccess, slice } from '../formats/random-access.ts';
import { type FieldProblem, SECTOR } from '../formats/sector.ts';
import { diskProblems, fileProblems } from './contents.ts';
import { validateDeviceTree } from './device-tree.ts';
import { type DiskCheck, validateDisk } from './disk.ts';

/** A check of a disk that compares what is on it with its manifest, too. */
export function diskWith(contents: MediumContents | undefined): DiskCheck {
  return (disk) => {
    const wrong = validateDisk(disk);
    if (!contents || wrong.length > 0) return wrong;
    const files = bootFiles(disk);
    return [...deviceTrees(files), ...fileProblems(files, contents.files), ...diskProblems(disk, contents)];
  };
}

/** What is wrong with the device trees of a board. */
function deviceTrees(files: ReadonlyMap<string, readonly RandomAccess[]>): readonly FieldProblem[] {
  return [...files].flatMap(([path, [bytes]]) =>
    path.endsWith('.dtb') && bytes
      ? validateDeviceTree(bytes).map(({ field, message }) => ({
          field: `${path}.${field}`,
          message: `${path}: ${message}`,
        }))
      : [],
  );
}

/** The files of the partition that a machine starts from. */
function bootFiles(disk: RandomAccess): ReadonlyMap<string, readonly RandomAccess[]> {
  const boot = bootPartition(disk);
  return new Map(
    readFat32(boot).map(({ path, extents }) => [
      path,
      extents.map(({ offset, length }) => slice(boot, offset, length)),
    ]),
  );
}

function bootPartition(disk: RandomAccess): RandomAccess {
  const esp = readGpt(disk, 1)?.partitions.find(({ type }) => type === PARTITION_TYPE.esp);
  if (esp) return slice(disk, esp.firstLba * SECTOR, (esp.lastLba - esp.firstLba + 1) * SECTOR);
  const first = readMbr(disk)?.partitions[0];
  return slice(disk, (first?.firstLba ?? 0) * SECTOR, (first?.sectors ?? 0) * SECTOR);
}
