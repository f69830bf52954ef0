import { FIRST_USABLE, GPT } from '../formats/gpt.ts';
import { type ReadGpt, readGpt } from '../formats/gpt-reader.ts';
import { PROTECTIVE_LIMIT, PROTECTIVE_TYPE, readMbr } from '../formats/mbr.ts';
import type { RandomAccess } from '../formats/random-access.ts';
import { type FieldProblem, MIB_SECTORS, SECTOR } from '../formats/sector.ts';

/**
 * What is wrong with the partition table of a disk, protective MBR included; empty where nothing is. Stricter than a kernel:
 * both copies must be whole and equal, the backup must lie in the last sector (a disk that was cut or grown fails here), and
 * partitions begin at whole MiB.
 */
export function validateGpt(source: RandomAccess): readonly FieldProblem[] {
  if (source.size % SECTOR !== 0 || source.size < (FIRST_USABLE + GPT.arraySectors + 1) * SECTOR)
    return [
      { field: 'size', message: `A disk of ${source.size} bytes has no room for a GPT, or ends within a sector.` },
    ];
  const lastLba = source.size / SECTOR - 1;
  const primary = readGpt(source, 1);
  const backup = readGpt(source, lastLba);
  const problems: FieldProblem[] = [...validateProtectiveMbr(source)];
  problems.push(...headerProblems(primary, { which: 'primary', myLba: 1, alternateLba: lastLba, lastLba }));
  problems.push(...headerProblems(backup, { which: 'backup', myLba: lastLba, alternateLba: 1, lastLba }));
  if (!primary) return problems;
  problems.push(...(backup ? disagreements(primary, backup) : []), ...partitionProblems(primary));
  return problems;
}

interface Expected {
  readonly which: 'primary' | 'backup';
  readonly myLba: number;
  readonly alternateLba: number;
  readonly lastLba: number;
}

function headerProblems(copy: ReadGpt | undefined, expected: Expected): readonly FieldProblem[] {
  const { which, lastLba } = expected;
  if (!copy) return [{ field: `${which}.header`, message: `There is no ${which} GPT header.` }];
  const { header, wantedEntriesCrc } = copy;
  // Of bytes that are no header nothing else can be said.
  if (header.signature !== GPT.signature) {
    return [
      {
        field: `${which}.signature`,
        message: `The ${which} GPT header at LBA ${expected.myLba} does not begin with "EFI PART".`,
      },
    ];
  }
  const entriesLba = which === 'primary' ? 2 : lastLba - GPT.arraySectors;
  const rows: readonly (readonly [field: string, found: number | undefined, wanted: number | undefined])[] = [
    ['revision', header.revision, GPT.revision],
    ['headerSize', header.headerSize, GPT.headerSize],
    ['headerCrc', header.headerCrc, header.wantedHeaderCrc],
    ['myLba', header.myLba, expected.myLba],
    ['alternateLba', header.alternateLba, expected.alternateLba],
    ['firstUsable', header.firstUsable, FIRST_USABLE],
    ['lastUsable', header.lastUsable, lastLba - GPT.arraySectors - 1],
    ['entriesLba', header.entriesLba, entriesLba],
    ['entryCount', header.entryCount, GPT.entryCount],
    ['entrySize', header.entrySize, GPT.entrySize],
    ['entriesCrc', header.entriesCrc, wantedEntriesCrc],
  ];
  return rows
    .filter(([, found, wanted]) => found !== wanted)
    .map(([field, found, wanted]) => ({
      field: `${which}.${field}`,
      message: `The ${which} GPT header says ${field} ${found}, where ${wanted ?? 'its entries cannot be read at all'} is right.`,
    }));
}

function disagreements(primary: ReadGpt, backup: ReadGpt): readonly FieldProblem[] {
  const problems: FieldProblem[] = [];
  if (primary.header.diskId !== backup.header.diskId)
    problems.push({ field: 'backup.diskId', message: 'The two GPT headers name different disk GUIDs.' });
  if (primary.wantedEntriesCrc !== backup.wantedEntriesCrc)
    problems.push({ field: 'backup.entries', message: 'The two arrays of GPT entries differ.' });
  return problems;
}

function partitionProblems({ header, partitions }: ReadGpt): readonly FieldProblem[] {
  const problems: FieldProblem[] = [];
  for (const { number, firstLba, lastLba } of partitions) {
    const at = `partition.${number}`;
    if (lastLba < firstLba)
      problems.push({
        field: `${at}.lastLba`,
        message: `Partition ${number} ends at LBA ${lastLba}, before its start.`,
      });
    if (firstLba < header.firstUsable)
      problems.push({
        field: `${at}.firstLba`,
        message: `Partition ${number} begins at LBA ${firstLba}, within the table.`,
      });
    if (lastLba > header.lastUsable)
      problems.push({
        field: `${at}.lastLba`,
        message: `Partition ${number} ends at LBA ${lastLba}, behind the usable ones.`,
      });
    if (firstLba % MIB_SECTORS !== 0)
      problems.push({
        field: `${at}.alignment`,
        message: `Partition ${number} begins at LBA ${firstLba}, at no whole MiB.`,
      });
  }
  const sorted = [...partitions].sort((a, b) => a.firstLba - b.firstLba);
  for (const [index, next] of sorted.entries()) {
    const before = sorted[index - 1];
    if (before && next.firstLba <= before.lastLba)
      problems.push({
        field: `partition.${next.number}.overlap`,
        message: `Partitions ${before.number} and ${next.number} overlap at LBA ${next.firstLba}.`,
      });
  }
  const seen = new Set<string>([header.diskId]);
  for (const { number, id } of partitions) {
    if (seen.has(id))
      problems.push({
        field: `partition.${number}.id`,
        message: `Partition ${number} has a GUID that is taken: ${id}.`,
      });
    seen.add(id);
  }
  return problems;
}

/** What is wrong with the protective MBR of a GPT disk. */
export function validateProtectiveMbr(source: RandomAccess): readonly FieldProblem[] {
  const mbr = readMbr(source);
  if (!mbr) return [{ field: 'mbr.signature', message: 'The first sector does not end with 55 AA.' }];
  const problems: FieldProblem[] = [];
  const [whole, ...others] = mbr.partitions;
  const sectors = source.size / SECTOR;
  if (whole?.type !== PROTECTIVE_TYPE)
    problems.push({ field: 'mbr.type', message: 'The first MBR entry is not of type EE.' });
  else {
    const wanted = Math.min(sectors - 1, PROTECTIVE_LIMIT);
    if (whole.firstLba !== 1)
      problems.push({ field: 'mbr.start', message: `The protective entry starts at LBA ${whole.firstLba}, not at 1.` });
    if (whole.sectors !== wanted)
      problems.push({
        field: 'mbr.size',
        message: `The protective entry spans ${whole.sectors} sectors, not ${wanted}.`,
      });
    if (whole.isActive)
      problems.push({ field: 'mbr.active', message: 'The protective entry is marked active, which UEFI forbids.' });
  }
  if (others.some((each) => each !== undefined))
    problems.push({ field: 'mbr.others', message: 'The MBR has entries beside the protective one.' });
  return problems;
}
