import { readFile, rename, rm, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { type Collected, collectGarbage } from './garbage.ts';
import type { StoreUse } from './in-use.ts';

/** A store that became too large is brought down to this part of its budget, so that the next build does not do it again. */
const TARGET_PART = 0.8;

/** A store that builds write to is measured anew after this time; one that is too large and wholly in use, after the second. */
const MEASURE_MILLISECONDS = 3_600_000;
const IN_USE_MILLISECONDS = 600_000;

/** The note that spares builds to look through the store: what it took when it was measured, and what builds have added since. */
interface SizeNote {
  readonly bytes: number;
  /** Milliseconds since 1970. */
  readonly measured: number;
  /** The budget that could not be kept then, because all was in use. */
  readonly exceeded?: number | undefined;
}

/**
 * Keeps a store within its budget after a build that wrote some bytes on the disk to it. Looks through the store only when the note of its
 * size says that it may be too large, or is old and the build wrote something; what was removed is told, else undefined.
 */
export async function keepWithinBudget(
  folder: string,
  use: StoreUse,
  options: { readonly most: number; readonly written: number; readonly now: number },
): Promise<Collected | undefined> {
  const { most, written, now } = options;
  const file = path.join(folder, 'size.json');
  const note = await readNote(file);
  if (note && isGoodEnough(note, options)) {
    if (written > 0) await writeNote(file, { ...note, bytes: note.bytes + written });
    return undefined;
  }
  const collected = await collectGarbage(folder, use, { size: { most, target: most * TARGET_PART } });
  if (!collected) return undefined;
  const isOver = collected.left > most;
  await writeNote(file, { bytes: collected.left, measured: now, exceeded: isOver ? most : undefined });
  return collected.files > 0 || isOver ? collected : undefined;
}

function isGoodEnough(
  note: SizeNote,
  { most, written, now }: { readonly most: number; readonly written: number; readonly now: number },
): boolean {
  const age = now - note.measured;
  if (note.exceeded === most) return age < IN_USE_MILLISECONDS;
  return note.bytes + written <= most && (written === 0 || age < MEASURE_MILLISECONDS);
}

async function readNote(file: string): Promise<SizeNote | undefined> {
  try {
    const { bytes, measured, exceeded } = JSON.parse(await readFile(file, 'utf8')) as Partial<SizeNote>;
    return typeof bytes === 'number' && typeof measured === 'number' ? { bytes, measured, exceeded } : undefined;
  } catch {
    return undefined;
  }
}

async function writeNote(file: string, note: SizeNote): Promise<void> {
  const temporary = `${file}.${process.pid}`;
  try {
    await writeFile(temporary, `${JSON.stringify(note)}\n`);
    await rename(temporary, file);
  } finally {
    await rm(temporary, { force: true });
  }
}
