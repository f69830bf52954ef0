import type { ComposedDisk } from './composed-disk.ts';
import { dataBlockNumbers } from './disk-blocks.ts';

/** A run of whole blocks, some of which hold anything; both in bytes. */
export interface DataRun {
  readonly offset: number;
  readonly size: number;
}

/**
 * At most `most` runs that hold everything on the disk: of the gaps between data the shortest are taken in until so few are left. The
 * last run ends with the disk where the disk's last block holds anything.
 */
export function dataRuns(disk: ComposedDisk, blockSize: number, most: number): readonly DataRun[] {
  const runs: { first: number; last: number }[] = [];
  for (const block of dataBlockNumbers(disk, blockSize)) {
    const before = runs.at(-1);
    if (before?.last === block - 1) before.last = block;
    else runs.push({ first: block, last: block });
  }
  while (runs.length > most) {
    const gaps = runs.slice(1).map((run, index) => run.first - (runs[index]?.last ?? 0));
    const shortest = gaps.indexOf(Math.min(...gaps));
    const [left, right] = runs.slice(shortest, shortest + 2);
    if (left && right) runs.splice(shortest, 2, { first: left.first, last: right.last });
  }
  return runs.map(({ first, last }) => ({
    offset: first * blockSize,
    size: Math.min((last + 1) * blockSize, disk.size) - first * blockSize,
  }));
}
