import { readFat32 } from '../formats/fat-reader.ts';
import type { RandomAccess } from '../formats/random-access.ts';
import { type FieldProblem, SECTOR } from '../formats/sector.ts';
import { Fields } from './fields.ts';

/** Fewest clusters of a FAT32: the kind is decided by nothing else. */
const FEWEST = 65_525;

/**
 * What is wrong with a FAT32 file system (Microsoft's FAT specification 1.03). `hiddenSectors` is where it lies on its disk. On a machine
 * with UEFI every program below EFI/BOOT must be one.
 */
export function validateFat(source: RandomAccess, hiddenSectors: number): readonly FieldProblem[] {
  const fields = new Fields(source);
  const jump = fields.u8(0);
  fields.require(
    'jump',
    0,
    (jump === 0xeb && fields.u8(2) === 0x90) || jump === 0xe9,
    fields.hex(0, 3),
    'EB xx 90 or E9',
  );
  fields.equal('bytesPerSector', 11, fields.little16(11), SECTOR);
  const cluster = fields.u8(13);
  fields.require('sectorsPerCluster', 13, cluster > 0 && (cluster & (cluster - 1)) === 0, cluster, 'a power of two');
  const reserved = fields.little16(14);
  fields.require('reservedSectors', 14, reserved >= 8, reserved, 'at least 8');
  fields.equal('fats', 16, fields.u8(16), 2);
  fields.equal('rootEntries', 17, fields.little16(17), 0);
  fields.equal('sectors16', 19, fields.little16(19), 0);
  fields.equal('media', 21, fields.u8(21), 0xf8);
  fields.equal('fatSectors16', 22, fields.little16(22), 0);
  fields.equal('hiddenSectors', 28, fields.little32(28), hiddenSectors);
  const sectors = fields.little32(32);
  fields.require(
    'sectors',
    32,
    sectors > 0 && sectors <= source.size / SECTOR,
    sectors,
    `at most ${source.size / SECTOR}`,
  );
  const fatSectors = fields.little32(36);
  fields.equal('version', 42, fields.little16(42), 0);
  fields.require('rootCluster', 44, fields.little32(44) >= 2, fields.little32(44), 'at least 2');
  fields.equal('infoSector', 48, fields.little16(48), 1);
  fields.equal('backupSector', 50, fields.little16(50), 6);
  fields.equal('signature', 510, fields.hex(510, 2), '55aa');
  fields.equal('info.lead', SECTOR, fields.text(SECTOR, 4), 'RRaA');
  fields.equal('info.structure', SECTOR + 484, fields.text(SECTOR + 484, 4), 'rrAa');
  fields.equal('backup', 6 * SECTOR, fields.hex(6 * SECTOR, SECTOR), fields.hex(0, SECTOR));
  const clusters = Math.floor((sectors - reserved - 2 * fatSectors) / cluster);
  fields.require(
    'clusters',
    36,
    clusters >= FEWEST && (clusters + 2) * 4 <= fatSectors * SECTOR,
    clusters,
    `at least ${FEWEST}, each with an entry`,
  );
  if (fields.wrong.length > 0) return fields.wrong;
  const first = fields.bytes(reserved * SECTOR, fatSectors * SECTOR);
  const second = fields.bytes((reserved + fatSectors) * SECTOR, fatSectors * SECTOR);
  const differs = first.findIndex((byte, index) => byte !== second[index]);
  fields.require(
    'fats.copies',
    (reserved + fatSectors) * SECTOR + differs,
    differs < 0,
    `different at byte ${differs}`,
    'equal',
  );
  fields.equal(
    'fat.first',
    reserved * SECTOR,
    new DataView(first.buffer).getUint32(0, true) & 0x0fff_ffff,
    0x0fff_fff8,
  );
  files(fields);
  return fields.wrong;
}

/**
 * What is wrong with the file system of an ISO's EFI image, which may be of any of the three kinds: only what firmware needs to find it.
 */
export function validateEfiFat(source: RandomAccess): readonly FieldProblem[] {
  const fields = new Fields(source);
  fields.require('jump', 0, [0xeb, 0xe9].includes(fields.u8(0)), fields.u8(0), 'EB or E9');
  fields.equal('bytesPerSector', 11, fields.little16(11), SECTOR);
  fields.equal('fats', 16, fields.u8(16), 2);
  // F0, a medium that is taken out, is right where no partition table stands before it.
  fields.require('media', 21, [0xf0, 0xf8].includes(fields.u8(21)), fields.u8(21), 'F0 or F8');
  fields.equal('signature', 510, fields.hex(510, 2), '55aa');
  return fields.wrong;
}

function files(fields: Fields): void {
  try {
    for (const { path, extents } of readFat32(fields.source)) {
      const [start] = extents;
      if (!/^EFI\/BOOT\/[^/]+\.EFI$/i.test(path)) continue;
      const offset = start?.offset ?? 0;
      fields.equal(path, offset, start ? fields.text(offset, 2) : '', 'MZ');
    }
  } catch (error) {
    fields.require('files', 0, false, error instanceof Error ? error.message : String(error), 'a tree of whole chains');
  }
}
