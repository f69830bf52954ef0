import { inMemory, type RandomAccess } from '../formats/random-access.ts';
import { type FieldProblem, MIB } from '../formats/sector.ts';
import { validateGzip } from './compressed.ts';
import { Fields } from './fields.ts';
import { validateGpt } from './gpt.ts';
import { inflatedEnds } from './inflated-ends.ts';
import { sumOf } from './ova.ts';

const BLOCK = 512;
const GIB = 1024 * MIB;

interface Run {
  readonly offset: number;
  readonly size: number;
}

/** What is wrong with an archive for Google's importer: gzip of an old GNU tar with the one sparse member `disk.raw`, whole GiB. */
export async function validateGceTar(source: RandomAccess): Promise<readonly FieldProblem[]> {
  const gzip = validateGzip(source);
  if (gzip.length > 0) return gzip;
  try {
    const { head, tail, size } = await inflatedEnds(source, 'gzip');
    return tarProblems(head, tail, size);
  } catch (error) {
    const fields = new Fields(source);
    fields.require('gzip', 0, false, error instanceof Error ? error.message : String(error), 'a whole gzip stream');
    return fields.wrong;
  }
}

/** The same of the unpacked archive, of which only both ends are at hand. */
function tarProblems(head: Uint8Array, tail: Uint8Array, size: number): readonly FieldProblem[] {
  const fields = new Fields(inMemory(head));
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
  fields.equal(
    'end',
    0,
    size >= BLOCK + Math.ceil(stored / BLOCK) * BLOCK + 2 * BLOCK && size % BLOCK === 0 ? 'there' : 'missing',
    'there',
  );
  if (fields.wrong.length === 0) fields.add('disk.gpt', validateGpt(diskOf({ head, tail, size, runs, real, stored })));
  return fields.wrong;
}

/** The disk as far as both ends of the archive tell it: enough for its tables. */
function diskOf(archive: {
  readonly head: Uint8Array;
  readonly tail: Uint8Array;
  readonly size: number;
  readonly runs: readonly Run[];
  readonly real: number;
  readonly stored: number;
}): RandomAccess {
  const { head, tail, size, runs, real } = archive;
  const byteAt = (position: number): number => {
    let place = BLOCK;
    for (const run of runs) {
      if (position >= run.offset && position < run.offset + run.size) {
        const at = place + position - run.offset;
        return at < head.length ? (head[at] ?? 0) : (tail[at - (size - tail.length)] ?? 0);
      }
      place += run.size;
    }
    return 0;
  };
  return {
    size: real,
    read: (position, length) =>
      Uint8Array.from({ length: Math.max(0, Math.min(length, real - position)) }, (_, index) =>
        byteAt(position + index),
      ),
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
