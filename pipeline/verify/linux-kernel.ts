import type { RandomAccess } from '../formats/random-access.ts';
import type { FieldProblem } from '../formats/sector.ts';
import { Fields } from './fields.ts';

/** First bytes of what a kernel may be packed with: gzip, bzip2, lzma, xz, lzo, lz4, zstd. */
const PACKED = /^(1f8b|425a|5d00|fd37|894c|0221|28b5)/;
const EFI_APPLICATION = 10;

/** What is wrong with a kernel for PCs (Linux: Documentation/arch/x86/boot.rst) that firmware with UEFI can start too. */
export function validateBzImage(source: RandomAccess): readonly FieldProblem[] {
  const fields = new Fields(source);
  fields.equal('bootFlag', 0x1fe, fields.hex(0x1fe, 2), '55aa');
  if (!fields.equal('header', 0x202, fields.text(0x202, 4), 'HdrS')) return fields.wrong;
  const version = fields.little16(0x206);
  fields.require('version', 0x206, version >= 0x020c && version < 0x0300, version, '0x20c or later');
  fields.equal('loadedHigh', 0x211, fields.u8(0x211) & 1, 1);
  // A 64-bit kernel that may lie above 4 GiB and takes the handover of 64-bit firmware.
  fields.equal('loadFlags', 0x236, fields.little16(0x236) & 0b1011, 0b1011);
  fields.require('commandLineSize', 0x238, fields.little32(0x238) >= 2047, fields.little32(0x238), 'at least 2047');
  const setup = (fields.u8(0x1f1) + 1) * 512;
  const certificates = efi(fields, 0x8664);
  const end = setup + fields.little32(0x1f4) * 16;
  fields.equal('size', 0x1f4, end, source.size - certificates);
  const payload = setup + fields.little32(0x248);
  const length = fields.little32(0x24c);
  fields.require('payload.length', 0x24c, length > 0 && payload + length <= end, length, 'within the file');
  fields.require(
    'payload',
    payload,
    PACKED.test(fields.hex(payload, 2)),
    fields.hex(payload, 2),
    'the first bytes of a compressed kernel',
  );
  const name = fields.little16(0x20e) + 0x200;
  const text = fields.text(name, 32);
  fields.require('kernelVersion', 0x20e, /^\d+\.\d+\.\d+/.test(text), text.slice(0, 16), 'the text of a version');
  return fields.wrong;
}

/** What is wrong with a kernel for 64-bit Arm (Linux: Documentation/arch/arm64/booting.rst). */
export function validateArm64Image(source: RandomAccess): readonly FieldProblem[] {
  const fields = new Fields(source);
  if (!fields.equal('magic', 56, fields.text(56, 4), 'ARM\x64')) return fields.wrong;
  const size = fields.little64(16);
  fields.require('imageSize', 16, size > 0n && size < 1n << 32n, size, 'that of the kernel in memory');
  fields.equal('byteOrder', 24, fields.u8(24) & 1, 0);
  fields.equal('pageSize', 24, (fields.u8(24) >> 1) & 3, 1);
  fields.equal('reserved', 32, fields.hex(32, 24), '00'.repeat(24));
  const certificates = efi(fields, 0xaa64);
  fields.require(
    'size',
    16,
    BigInt(source.size - certificates) <= size,
    source.size,
    `at most ${size} without certificates`,
  );
  return fields.wrong;
}

/** The PE header that firmware reads. Gives the bytes of certificates at the end of the file. */
function efi(fields: Fields, machine: number): number {
  fields.equal('efi.magic', 0, fields.text(0, 2), 'MZ');
  const at = fields.little32(0x3c);
  if (!fields.equal('efi.header', 0x3c, fields.hex(at, 4), '50450000')) return 0;
  fields.equal('efi.machine', at + 4, fields.little16(at + 4), machine);
  fields.equal('efi.format', at + 24, fields.little16(at + 24), 0x20b);
  fields.equal('efi.subsystem', at + 24 + 68, fields.little16(at + 24 + 68), EFI_APPLICATION);
  // Entry 4 of the data directories, which begin at 112.
  const directory = at + 24 + 112 + 4 * 8;
  const place = fields.little32(directory);
  const length = fields.little32(directory + 4);
  if (length === 0) return 0;
  fields.equal('efi.certificates', directory, place + length, fields.source.size);
  return length;
}
