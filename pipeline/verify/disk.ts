import { PARTITION_TYPE } from '../formats/gpt.ts';
import { readGpt } from '../formats/gpt-reader.ts';
import { PROTECTIVE_TYPE, readMbr } from '../formats/mbr.ts';
import { type RandomAccess, slice } from '../formats/random-access.ts';
import { type FieldProblem, SECTOR } from '../formats/sector.ts';
import { validateCard } from './card.ts';
import { validateExt4 } from './ext4.ts';
import { validateFat } from './fat.ts';
import { Fields } from './fields.ts';
import { validateGpt } from './gpt.ts';
import { validateGrubBios } from './grub-bios.ts';

/** What looks at the disk in a container. */
export type DiskCheck = (disk: RandomAccess) => readonly FieldProblem[];

/** What is wrong with a disk of ours: its table, its BIOS boot code, and the file systems of its partitions. */
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
    if (type === PARTITION_TYPE.biosBoot) fields.add('bios', validateGrubBios(disk, { firstLba, lastLba }));
    if (type === PARTITION_TYPE.linux) fields.add(`partition.${number}`, validateExt4(content));
  }
  return fields.wrong;
}
