import type { ComposedDisk } from './composed-disk.ts';
import { dataBlockNumbers } from './disk-blocks.ts';

/** A run of whole blocks, some of which hold anything; both in bytes. */
export interface DataRun {
  readonly offset: number;
  readonly size: number;
}

/** Numbers of a run's first and last block. */
interface Blocks {
  readonly first: number;
  readonly last: number;
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
  return joined(runs, most).map(({ first, last }) => ({
    offset: first * blockSize,
    size: Math.min((last + 1) * blockSize, disk.size) - first * blockSize,
  }));
}

/** The runs between the longest gaps, of which there are one fewer than `most`. */
function joined(runs: readonly Blocks[], most: number): readonly Blocks[] {
  const gaps = runs.slice(1).map((run, index) => ({ before: index, blocks: run.first - (runs[index]?.last ?? 0) }));
  const longest = gaps.sort((one, other) => other.blocks - one.blocks || other.before - one.before).slice(0, most - 1);
  const ends = longest.map(({ before }) => before).sort((one, other) => one - other);
  return [...ends, runs.length - 1].flatMap((end, index) => {
    const [first, last] = [runs[(ends[index - 1] ?? -1) + 1], runs[end]];
    return first && last ? [{ first: first.first, last: last.last }] : [];
  });
}
