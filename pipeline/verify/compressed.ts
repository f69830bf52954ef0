import type { RandomAccess } from '../formats/random-access.ts';
import type { FieldProblem } from '../formats/sector.ts';
import { Fields } from './fields.ts';

const ZSTD_MAGIC = '28b52ffd';
/** 128 MiB, what `zstd --long=27` needs: without options zstd unpacks no more. */
const LARGEST_WINDOW = 27;

/** What is wrong with the frame of a gzip file: packed without a name and a time, so that equal contents are equal files (RFC 1952). */
export function validateGzip(source: RandomAccess): readonly FieldProblem[] {
  const fields = new Fields(source);
  fields.equal('magic', 0, fields.hex(0, 2), '1f8b');
  fields.equal('method', 2, fields.u8(2), 8);
  fields.equal('flags', 3, fields.u8(3), 0);
  fields.equal('time', 4, fields.little32(4), 0);
  fields.require('size', 0, source.size >= 18, source.size, 'at least 18');
  return fields.wrong;
}

/** What is wrong with a file of zstd frames alone. */
export function validateZstd(source: RandomAccess): readonly FieldProblem[] {
  const fields = new Fields(source);
  let at = 0;
  do at = zstdFrame(fields, at) ?? source.size;
  while (at < source.size);
  fields.equal('size', 0, at, source.size);
  return fields.wrong;
}

/** Walks the blocks of a frame (RFC 8878 §3.1.1) without unpacking them. Gives where it ends, `undefined` for none. */
export function zstdFrame(fields: Fields, start: number): number | undefined {
  if (!fields.equal('frame.magic', start, fields.hex(start, 4), ZSTD_MAGIC)) return undefined;
  const descriptor = fields.u8(start + 4);
  const isSingle = (descriptor & 0x20) !== 0;
  fields.equal('frame.reserved', start + 4, descriptor & 0x1b, 0);
  if (!fields.require('frame.checksum', start + 4, (descriptor & 4) !== 0, descriptor, 'with a checksum'))
    return undefined;
  const window = fields.u8(start + 5) >> 3;
  if (!isSingle)
    fields.require('frame.window', start + 5, window + 10 <= LARGEST_WINDOW, window + 10, `at most ${LARGEST_WINDOW}`);
  const sizeBytes = [isSingle ? 1 : 0, 2, 4, 8][descriptor >> 6] ?? 0;
  let at = start + 5 + (isSingle ? 0 : 1) + sizeBytes;
  for (;;) {
    if (!fields.require('frame.block', at, at + 3 <= fields.source.size, at, 'within the file')) return undefined;
    const header = fields.little32(at) & 0xff_ffff;
    const type = (header >> 1) & 3;
    const size = header >> 3;
    if (!fields.require('frame.block', at, type < 3 && size <= 128 * 1024, header, 'a block of at most 128 KiB'))
      return undefined;
    at += 3 + (type === 1 ? 1 : size);
    if ((header & 1) !== 0) break;
  }
  const end = at + 4;
  return fields.require('frame.end', at, end <= fields.source.size, end, 'within the file') ? end : undefined;
}
