import { PARTITION_TYPE } from '../formats/gpt.ts';
import { validateGpt } from '../formats/gpt-check.ts';
import { readGpt } from '../formats/gpt-reader.ts';
import { PARTITION_KIND, PROTECTIVE_TYPE, readMbr } from '../formats/mbr.ts';
import { type RandomAccess, slice } from '../formats/random-access.ts';
import { type FieldProblem, SECTOR } from '../formats/sector.ts';
import { validateExt4 } from './ext4.ts';
import { validateFat } from './fat.ts';
import { Fields } from './fields.ts';

/** What is wrong with a disk of ours: its table, and the file systems of its partitions. */
export function validateDisk(disk: RandomAccess): readonly FieldProblem[] {
  const mbr = readMbr(disk);
  if (mbr && mbr.partitions[0]?.type !== PROTECTIVE_TYPE && readGpt(disk, 1)?.header.signature !== 'EFI PART')
    return validateCard(disk);
  const fields = new Fields(disk);
  const table = validateGpt(disk);
  fields.add('gpt', table);
  if (table.length > 0) return fields.wrong;
  for (const { number, type, firstLba, lastLba } of readGpt(disk, 1)?.partitions ?? []) {
    const content = slice(disk, firstLba * SECTOR, (lastLba - firstLba + 1) * SECTOR);
    if (type === PARTITION_TYPE.esp) fields.add(`partition.${number}`, validateFat(content, firstLba));
    if (type === PARTITION_TYPE.linux) fields.add(`partition.${number}`, validateExt4(content));
  }
  return fields.wrong;
}

/** What is wrong with a disk with an MBR alone: an SD card, FAT before ext4. */
export function validateCard(disk: RandomAccess): readonly FieldProblem[] {
  const fields = new Fields(disk);
  const mbr = readMbr(disk);
  if (!fields.require('mbr.signature', 510, mbr !== undefined, fields.hex(510, 2), '"55aa"') || !mbr)
    return fields.wrong;
  fields.require('mbr.diskSignature', 440, mbr.signature !== 0, mbr.signature, 'not zero');
  const [boot, state, ...others] = mbr.partitions;
  fields.equal('mbr.1.type', 450, boot?.type ?? 0, PARTITION_KIND.fat32);
  fields.equal('mbr.2.type', 466, state?.type ?? 0, PARTITION_KIND.linux);
  fields.equal('mbr.others', 478, others.filter(Boolean).length, 0);
  if (!boot || !state) return fields.wrong;
  const sectors = disk.size / SECTOR;
  const inside = boot.firstLba > 0 && boot.firstLba + boot.sectors <= state.firstLba;
  fields.require('mbr.1.place', 454, inside, boot.firstLba, 'behind the table and before the second partition');
  fields.equal('mbr.2.end', 474, state.firstLba + state.sectors, sectors);
  if (fields.wrong.length > 0) return fields.wrong;
  const part = (place: { readonly firstLba: number; readonly sectors: number }): RandomAccess =>
    slice(disk, place.firstLba * SECTOR, place.sectors * SECTOR);
  fields.add('partition.1', validateFat(part(boot), boot.firstLba));
  fields.add('partition.2', validateExt4(part(state)));
  return fields.wrong;
}
