import { type DataRun, dataRuns } from '../../disks/data-runs.ts';
import { diskSource } from '../../disks/disk-source.ts';
import { type Content, type FileSlice, sizeOf } from '../../disks/file-slice.ts';
import type { VirtualDisk } from '../../disks/virtual-disk.ts';
import { MIB, SECTOR } from '../../formats/sector.ts';
import { type FlatExtent, flatDescriptor, GRAIN } from '../../formats/vmdk.ts';
import { writeOutput } from '../../io/output-file.ts';
import { SparseFile } from '../../io/sparse-file.ts';
import { diskWriter } from '../kit/disk-writer.ts';
import type { FlatVmdk } from './step.ts';

/** A reader opens a file for each extent, and a process may have 1024. */
const MOST_EXTENTS = 900;
const MOST_RUNS = 150;
const MOST_HOLES = 300;
const SMALLEST_HOLE = 64 * MIB;

/** The descriptor names files beside it as the inputs are named, and `rest`. So qemu-img reads a disk that was never written. */
export const write = diskWriter<FlatVmdk>((disk, { outputs }) => {
  const stretches = stretchesOf(disk);
  const source = diskSource(disk);
  const made = stretches.flatMap((each) => ('made' in each ? [source.read(each.made, each.size)] : []));
  const bytes = Buffer.concat(made);
  const hole = holeOf(disk.size);
  const rest = new SparseFile(outputs.rest, hole + bytes.length);
  try {
    rest.put(bytes, hole);
  } finally {
    rest.close();
  }
  const extents = [...extentsOf(stretches, hole)];
  if (extents.length > MOST_EXTENTS)
    throw new RangeError(`a disk of ${extents.length} extents is more than a reader can open`);
  const text = flatDescriptor(extents);
  writeOutput(outputs.descriptor, (out) => out.write(new TextEncoder().encode(text)));
});

/** A stretch of the disk, whole sectors: nothing, what only the disk has (from its byte `made` on), or a part of an input. */
type Stretch = { readonly size: number } & (
  | { readonly hole: true }
  | { readonly made: number }
  | { readonly input: string; readonly offset: number }
);

function stretchesOf(disk: VirtualDisk): readonly Stretch[] {
  const stretches: Stretch[] = [];
  let next = 0;
  for (const run of dataRuns(disk, GRAIN, MOST_RUNS)) {
    if (run.offset > next) stretches.push({ hole: true, size: run.offset - next });
    stretches.push(...stretchesOfRun(disk, run));
    next = run.offset + run.size;
  }
  if (next < disk.size) stretches.push({ hole: true, size: disk.size - next });
  return stretches;
}

/** Inputs give their whole sectors; sectors that are patched or shared are made. */
function stretchesOfRun({ contents }: VirtualDisk, { offset: start, size }: DataRun): readonly Stretch[] {
  const stretches: Stretch[] = [];
  let next = start;
  const madeTo = (offset: number): void => {
    if (offset > next) stretches.push({ made: next, size: offset - next });
    next = offset;
  };
  for (const { offset, content } of contents) {
    const from = Math.ceil(Math.max(next, offset) / SECTOR) * SECTOR;
    const to = Math.floor(Math.min(start + size, offset + sizeOf(content)) / SECTOR) * SECTOR;
    if (!hasSectors(content, offset) || from >= to) continue;
    madeTo(from);
    stretches.push({ input: content.input, offset: content.start + from - offset, size: to - from });
    next = to;
  }
  madeTo(start + size);
  return stretches;
}

/** Whether the sectors of the disk are sectors of the input too. */
function hasSectors(content: Content, offset: number): content is FileSlice {
  return !(content instanceof Uint8Array) && (content.start - offset) % SECTOR === 0;
}

function* extentsOf(stretches: readonly Stretch[], hole: number): Generator<FlatExtent> {
  let rest = hole;
  for (const stretch of stretches) {
    const sectors = stretch.size / SECTOR;
    if ('input' in stretch) yield { file: stretch.input, offset: stretch.offset / SECTOR, sectors };
    else if ('made' in stretch) {
      yield { file: 'rest', offset: rest / SECTOR, sectors };
      rest += stretch.size;
    } else
      for (let left = stretch.size; left > 0; left -= hole)
        yield { file: 'rest', offset: 0, sectors: Math.min(left, hole) / SECTOR };
  }
}

/** Bytes of the hole at the beginning of `rest`, which stretches without data are parts of. */
const holeOf = (diskSize: number): number => Math.max(SMALLEST_HOLE, Math.ceil(diskSize / MOST_HOLES / MIB) * MIB);
