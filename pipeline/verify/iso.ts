import type { MediumContents } from '../core/medium.ts';
import { type RandomAccess, slice } from '../formats/random-access.ts';
import { type FieldProblem, SECTOR } from '../formats/sector.ts';
import { diskProblems, fileProblems } from './contents.ts';
import { validateEfiFat } from './fat.ts';
import { Fields } from './fields.ts';
import { checkIsoFiles } from './iso-contents.ts';
import { type IsoFile, isoFiles } from './iso-files.ts';

const BLOCK = 2048;
const PRIMARY = 16 * BLOCK;
/** What a manifest calls the file system that UEFI starts from. */
const EFI_IMAGE = 'efi.img';
/** Descriptors before their terminator; ours are a primary, a boot record and Joliet's. */
const MOST_DESCRIPTORS = 16;

/** What is wrong with a hybrid ISO: volume (ECMA-119), boot catalog (El Torito 1.0), the MBR for USB sticks, and the files on it. */
export function validateIso(
  source: RandomAccess,
  platform: { readonly hasBios: boolean; readonly contents?: MediumContents | undefined },
): readonly FieldProblem[] {
  const fields = new Fields(source);
  primary(fields);
  const found = descriptors(fields);
  fields.require('terminator', PRIMARY, found.has(255), [...found.keys()].join(' '), 'a descriptor of type 255');
  const boot = found.get(0);
  if (fields.require('boot.record', PRIMARY, boot !== undefined, 'missing', 'there') && boot !== undefined)
    catalog(fields, boot, platform.hasBios);
  fields.equal('mbr.signature', 510, fields.hex(510, 2), '55aa');
  if (platform.hasBios) fields.equal('mbr.code', 0, fields.hex(0, 2), 'eb63');
  const root = { block: fields.little32(PRIMARY + 158), size: fields.little32(PRIMARY + 166) };
  // Where the volume is wrong, nothing in it can be found.
  if (fields.wrong.length === 0) {
    const files = isoFiles(fields, root);
    checkIsoFiles(fields, files, platform.hasBios);
    if (platform.contents) compareIso(fields, files, platform.contents);
  }
  const entries = [446, 462, 478, 494].filter((at) => fields.u8(at + 4) !== 0);
  fields.require('mbr.partitions', 446, entries.length > 0, entries.length, 'at least one');
  for (const at of entries) {
    const end = fields.little32(at + 8) + fields.little32(at + 12);
    fields.require('mbr.partition', at + 8, end <= source.size / SECTOR, end, `at most ${source.size / SECTOR}`);
  }
  return fields.wrong;
}

/** Files that the ISO's own boot code is made of: xorriso writes into one of them and makes the other. */
const BOOT_CODE = ['boot/grub/eltorito.img', 'boot/grub/boot.cat'];

function compareIso(fields: Fields, files: readonly IsoFile[], contents: MediumContents): void {
  const { [EFI_IMAGE]: efi, ...named } = contents.files;
  const found = new Map(
    files.flatMap(({ path, contents: bytes }) => (BOOT_CODE.includes(path) ? [] : [[path, bytes]])),
  );
  fields.add('', fileProblems(found, named));
  const catalogAt = fields.little32(PRIMARY + BLOCK + 71) * BLOCK;
  const entry = catalogAt + (fields.u8(catalogAt + 1) === 0xef ? 32 : 96);
  const start = fields.little32(entry + 8) * BLOCK;
  if (efi) {
    const image = slice(fields.source, start, Math.min(efi.size, fields.source.size - start));
    fields.add('', fileProblems(new Map([[EFI_IMAGE, image]]), { [EFI_IMAGE]: efi }));
  }
  fields.add('', diskProblems(fields.source, contents));
}

function primary(fields: Fields): void {
  const at = PRIMARY;
  fields.equal('volume.type', at, fields.u8(at), 1);
  fields.equal('volume.standard', at + 1, fields.text(at + 1, 5), 'CD001');
  fields.equal('volume.version', at + 6, fields.u8(at + 6), 1);
  fields.equal('volume.id', at + 40, fields.text(at + 40, 32).trimEnd(), 'RancherOS');
  const blocks = fields.source.size / BLOCK;
  fields.equal('volume.size', at + 80, fields.little32(at + 80), blocks);
  fields.equal('volume.sizeBig', at + 84, fields.big32(at + 84), blocks);
  fields.equal('volume.blockSize', at + 128, fields.hex(at + 128, 4), '00080800');
  const root = fields.little32(at + 158);
  fields.equal('volume.rootBig', at + 162, fields.big32(at + 162), root);
  fields.require('volume.root', at + 158, root > 16 && root < blocks, root, 'a block of the file');
  fields.equal('volume.rootLength', at + 156, fields.u8(at + 156), 34);
  // The root names itself by a zero.
  fields.require(
    'volume.rootFolder',
    root * BLOCK,
    fields.u8(root * BLOCK) >= 34 && fields.little32(root * BLOCK + 2) === root,
    fields.little32(root * BLOCK + 2),
    'the root itself',
  );
}

/** Where each kind of volume descriptor lies. */
function descriptors(fields: Fields): ReadonlyMap<number, number> {
  const found = new Map<number, number>();
  for (let index = 0; index < MOST_DESCRIPTORS; index += 1) {
    const at = PRIMARY + index * BLOCK;
    if (!fields.equal(`descriptor.${index}`, at + 1, fields.text(at + 1, 5), 'CD001')) break;
    const type = fields.u8(at);
    if (!found.has(type)) found.set(type, at);
    if (type === 255) break;
  }
  return found;
}

function catalog(fields: Fields, record: number, hasBios: boolean): void {
  fields.equal('boot.system', record + 7, fields.text(record + 7, 23), 'EL TORITO SPECIFICATION');
  const at = fields.little32(record + 71) * BLOCK;
  if (
    !fields.require(
      'boot.catalog',
      record + 71,
      at > PRIMARY && at + BLOCK <= fields.source.size,
      at,
      'a block of the file',
    )
  )
    return;
  fields.equal('catalog.id', at, fields.u8(at), 1);
  fields.equal('catalog.platform', at + 1, fields.u8(at + 1), hasBios ? 0 : 0xef);
  fields.equal('catalog.key', at + 30, fields.hex(at + 30, 2), '55aa');
  let sum = 0;
  for (let word = 0; word < 32; word += 2) sum += fields.little16(at + word);
  fields.equal('catalog.sum', at + 28, sum & 0xffff, 0);
  if (!hasBios) {
    efiEntry(fields, at + 32);
    return;
  }
  biosEntry(fields, at + 32);
  fields.equal('catalog.section', at + 64, fields.u8(at + 64), 0x91);
  fields.equal('catalog.sectionPlatform', at + 65, fields.u8(at + 65), 0xef);
  fields.equal('catalog.sectionEntries', at + 66, fields.little16(at + 66), 1);
  efiEntry(fields, at + 96);
}

function biosEntry(fields: Fields, at: number): void {
  fields.equal('bios.bootable', at, fields.u8(at), 0x88);
  fields.equal('bios.media', at + 1, fields.u8(at + 1), 0);
  fields.equal('bios.sectors', at + 6, fields.little16(at + 6), 4);
  const block = fields.little32(at + 8);
  const start = block * BLOCK;
  if (!fields.require('bios.image', at + 8, block > 16 && start < fields.source.size, block, 'a block of the file'))
    return;
  const length = fields.little32(start + 16);
  fields.equal('bios.table.volume', start + 8, fields.little32(start + 8), 16);
  fields.equal('bios.table.self', start + 12, fields.little32(start + 12), block);
  const fits = length > 64 && start + length <= fields.source.size && length < 1 << 22;
  if (!fields.require('bios.table.length', start + 16, fits, length, 'within the file')) return;
  const image = fields.bytes(start, Math.ceil(length / 4) * 4);
  image.fill(0, length);
  const words = new DataView(image.buffer);
  let sum = 0;
  for (let word = 64; word < image.length; word += 4) sum = (sum + words.getUint32(word, true)) >>> 0;
  fields.equal('bios.table.sum', start + 20, fields.little32(start + 20), sum);
}

function efiEntry(fields: Fields, at: number): void {
  fields.equal('efi.bootable', at, fields.u8(at), 0x88);
  fields.equal('efi.media', at + 1, fields.u8(at + 1), 0);
  const start = fields.little32(at + 8) * BLOCK;
  if (
    !fields.require(
      'efi.image',
      at + 8,
      start > PRIMARY && start + SECTOR < fields.source.size,
      start / BLOCK,
      'a block of the file',
    )
  )
    return;
  fields.add('efi', validateEfiFat(slice(fields.source, start, fields.source.size - start)));
}
