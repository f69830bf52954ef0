import type { RandomAccess } from '../formats/random-access.ts';
import { type FieldProblem, MIB } from '../formats/sector.ts';
import { validateGzip } from './compressed.ts';
import { type DiskCheck, validateDisk } from './disk.ts';
import { Fields } from './fields.ts';
import { sumOf } from './ova.ts';
import { withUnpacked } from './unpacked-disk.ts';

const BLOCK = 512;
const GIB = 1024 * MIB;

interface Run {
  readonly offset: number;
  readonly size: number;
}

/** More than any disk of ours has data. */
const MOST = 8 * GIB;

/** What is wrong with an archive for Google's importer: gzip of an old GNU tar with the one sparse member `disk.raw`, whole GiB. */
export async function validateGceTar(
  source: RandomAccess,
  inspect: DiskCheck = validateDisk,
): Promise<readonly FieldProblem[]> {
  const gzip = validateGzip(source);
  if (gzip.length > 0) return gzip;
  try {
    return await withUnpacked(source, { format: 'gzip', most: MOST }, ({ source: tar }) => tarProblems(tar, inspect));
  } catch (error) {
    const fields = new Fields(source);
    fields.require('gzip', 0, false, error instanceof Error ? error.message : String(error), 'a whole gzip stream');
    return fields.wrong;
  }
}

/** The same of the unpacked archive. */
function tarProblems(tar: RandomAccess, inspect: DiskCheck): readonly FieldProblem[] {
  const { size } = tar;
  const fields = new Fields(tar);
  fields.equal('name', 0, fields.text(0, 100).replace(/\0+$/, ''), 'disk.raw');
  fields.equal('mode', 100, fields.text(100, 7), '0000644');
  fields.equal('magic', 257, fields.text(257, 8), 'ustar  \0');
  fields.equal('type', 156, fields.text(156, 1), 'S');
  fields.equal('checksum', 148, Number.parseInt(fields.text(148, 6), 8), sumOf(fields.bytes(0, BLOCK)));
  const stored = numberAt(fields, 124);
  const real = numberAt(fields, 483);
  fields.require('realSize', 483, real > 0 && real % GIB === 0, real, 'whole GiB');
  fields.equal('extended', 482, fields.u8(482), 0);
  const runs = [0, 1, 2, 3].map((index) => ({
    offset: numberAt(fields, 386 + index * 24),
    size: numberAt(fields, 398 + index * 24),
  }));
  let before = 0;
  for (const [index, run] of runs.entries()) {
    if (run.offset === 0 && run.size === 0) continue;
    fields.require(
      `run.${index}`,
      386 + index * 24,
      run.offset >= before && run.offset + run.size <= real,
      run.offset,
      'behind the last one, within the disk',
    );
    before = run.offset + run.size;
  }
  fields.equal(
    'size',
    124,
    stored,
    runs.reduce((sum, run) => sum + run.size, 0),
  );
  const end = BLOCK + Math.ceil(stored / BLOCK) * BLOCK;
  fields.equal('end', end, size, end + 2 * BLOCK);
  fields.equal('end', end, fields.hex(end, 2 * BLOCK), '00'.repeat(2 * BLOCK));
  if (fields.wrong.length === 0) fields.add('disk', inspect(diskOf(tar, runs, real)));
  return fields.wrong;
}

/** The disk: what lies in no run is zeros. */
function diskOf(tar: RandomAccess, runs: readonly Run[], size: number): RandomAccess {
  let place = BLOCK;
  const placed = runs.map((run) => {
    const at = place;
    place += run.size;
    return { ...run, at };
  });
  const runAt = (position: number) =>
    placed.find(({ offset, size: bytes }) => position >= offset && position < offset + bytes);
  const holeFrom = (position: number): number => {
    if (runAt(position)) return 0;
    const next = placed.filter(({ offset, size: bytes }) => bytes > 0 && offset > position).map(({ offset }) => offset);
    return Math.min(size, ...next) - position;
  };
  return {
    size,
    holeFrom,
    read(position, length) {
      const bytes = new Uint8Array(Math.max(0, Math.min(length, size - position)));
      for (let done = 0; done < bytes.length; ) {
        const run = runAt(position + done);
        const left = bytes.length - done;
        const part = Math.min(left, run ? run.offset + run.size - position - done : holeFrom(position + done));
        if (run) bytes.set(tar.read(run.at + position + done - run.offset, part), done);
        done += part;
      }
      return bytes;
    },
  };
}

/** Octal digits, or base 256 where the first bit is set. */
function numberAt(fields: Fields, offset: number): number {
  const bytes = fields.bytes(offset, 12);
  if (((bytes[0] ?? 0) & 0x80) === 0) {
    const text = fields.text(offset, 12).replace(/[\0 ]+$/, '');
    return text === '' ? 0 : Number.parseInt(text, 8);
  }
  return bytes.subarray(4).reduce((value, byte) => value * 256 + byte, 0);
}
