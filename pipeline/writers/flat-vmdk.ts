import type { Writer } from '../core/writer.ts';
import { type DataRun, dataRuns } from '../disks/data-runs.ts';
import { sizeOf } from '../disks/disk-blocks.ts';
import { diskSource } from '../disks/disk-source.ts';
import { SparseFile } from '../disks/sparse-file.ts';
import { sizeOption, type VirtualDisk, withVirtualDisk } from '../disks/virtual-disk-job.ts';
import { MIB, SECTOR } from '../formats/sector.ts';
import { type FlatExtent, flatDescriptor, GRAIN } from '../formats/vmdk.ts';
import { outputOf } from '../trees/job.ts';
import { writeOutput } from '../trees/output-file.ts';

/** A reader opens a file for each extent, and a process may have a thousand: so many runs with data, each of some extents, and holes. */
const MOST_RUNS = 150;
const MOST_HOLES = 300;
const SMALLEST_HOLE = 64 * MIB;

/**
 * An installed disk as a VMDK of flat extents that are parts of the step's own inputs: so qemu-img reads a disk that was never written.
 * Inputs: those of `composedDisk`. Options: `VirtualDiskOptions`. Outputs: `descriptor`; `rest`, which holds what is in no input. The
 * descriptor names files beside it as the inputs are named, and `rest`.
 */
export const write: Writer = async (job) => {
  const sizeMiB = sizeOption(job.options);
  withVirtualDisk(job, sizeMiB, (disk) => {
    const parts = partsOf(disk);
    const source = diskSource(disk);
    const made = parts.flatMap((part) => ('made' in part ? [source.read(part.made, part.size)] : []));
    const bytes = Buffer.concat(made);
    const hole = holeOf(disk.size);
    const rest = new SparseFile(outputOf(job, 'rest'), hole + bytes.length);
    try {
      rest.put(bytes, hole);
    } finally {
      rest.close();
    }
    const text = flatDescriptor([...extentsOf(parts, hole)]);
    writeOutput(outputOf(job, 'descriptor'), (out) => out.write(new TextEncoder().encode(text)));
  });
};

/** A part of the disk, whole sectors: nothing, what only the disk has (from its byte `made` on), or a part of an input. */
type Part = { readonly size: number } & (
  | { readonly hole: true }
  | { readonly made: number }
  | { readonly input: string; readonly offset: number }
);

function partsOf(disk: VirtualDisk): readonly Part[] {
  const parts: Part[] = [];
  let next = 0;
  for (const run of dataRuns(disk, GRAIN, MOST_RUNS)) {
    if (run.offset > next) parts.push({ hole: true, size: run.offset - next });
    parts.push(...partsOfRun(disk, run));
    next = run.offset + run.size;
  }
  if (next < disk.size) parts.push({ hole: true, size: disk.size - next });
  return parts;
}

/** Inputs give their whole sectors; sectors that are patched or shared are made. */
function partsOfRun({ pieces }: VirtualDisk, { offset: start, size }: DataRun): readonly Part[] {
  const parts: Part[] = [];
  let next = start;
  const madeTo = (offset: number): void => {
    if (offset > next) parts.push({ made: next, size: offset - next });
    next = offset;
  };
  for (const piece of pieces) {
    const { offset, content } = piece;
    const from = Math.ceil(Math.max(next, offset) / SECTOR) * SECTOR;
    const to = Math.floor(Math.min(start + size, offset + sizeOf(piece)) / SECTOR) * SECTOR;
    if (content instanceof Uint8Array || from >= to) continue;
    madeTo(from);
    parts.push({ input: content.input, offset: content.start + from - offset, size: to - from });
    next = to;
  }
  madeTo(start + size);
  return parts;
}

/** Bytes of the hole at the beginning of `rest`, which extents without data are parts of. */
const holeOf = (diskSize: number): number => Math.max(SMALLEST_HOLE, Math.ceil(diskSize / MOST_HOLES / MIB) * MIB);

function* extentsOf(parts: readonly Part[], hole: number): Generator<FlatExtent> {
  let rest = hole;
  for (const part of parts) {
    const sectors = part.size / SECTOR;
    if ('input' in part) yield { file: part.input, offset: part.offset / SECTOR, sectors };
    else if ('made' in part) {
      yield { file: 'rest', offset: rest / SECTOR, sectors };
      rest += part.size;
    } else
      for (let left = part.size; left > 0; left -= hole)
        yield { file: 'rest', offset: 0, sectors: Math.min(left, hole) / SECTOR };
  }
}
