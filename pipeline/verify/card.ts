import { PARTITION_KIND, readMbr } from '../formats/mbr.ts';
import { type RandomAccess, slice } from '../formats/random-access.ts';
import { type FieldProblem, SECTOR } from '../formats/sector.ts';
import { validateExt4 } from './ext4.ts';
import { validateFat } from './fat.ts';
import { Fields } from './fields.ts';

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
