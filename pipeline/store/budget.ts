import { randomBytes } from 'node:crypto';
import { appendFile, readFile, rename, rm, stat, writeFile } from 'node:fs/promises';
import path from 'node:path';
import type { SharedUse } from '../host/shared-use.ts';
import { type Collected, collectGarbage } from './garbage.ts';

/** A store that became too large is brought down to this part of its budget, so that the next build does not do it again. */
const TARGET_PART = 0.8;

/** A store that builds write to is measured anew after this time; one that is too large and wholly in use, after the second. */
const MEASURE_MILLISECONDS = 3_600_000;
const IN_USE_MILLISECONDS = 600_000;

/** The note that spares builds to look through the store: what it took when it was measured. */
interface SizeNote {
  readonly bytes: number;
  /** How long the list of additions was when measuring began: what stands behind has been added since. */
  readonly counted: number;
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
  use: SharedUse,
  options: { readonly most: number; readonly written: number; readonly now: number },
): Promise<Collected | undefined> {
  const { most, written, now } = options;
  const file = path.join(folder, 'size.json');
  const additions = path.join(folder, 'size-added');
  // On a full disk nothing can be added to the list, and it is high time to look.
  const isListed =
    written === 0 ||
    (await appendFile(additions, `${written}\n`).then(
      () => true,
      () => false,
    ));
  const note = isListed ? await readNote(file) : undefined;
  const added = note && (await addedSince(additions, note.counted));
  if (note && added !== undefined && isGoodEnough(note, { most, isGrown: written > 0, taken: note.bytes + added, now }))
    return undefined;
  const counted = await sizeOf(additions);
  const collected = await collectGarbage(folder, use, { size: { most, target: most * TARGET_PART } });
  if (!collected) return undefined;
  const isOver = collected.left > most;
  await writeNote(file, { bytes: collected.left, counted, measured: now, exceeded: isOver ? most : undefined });
  return collected.files > 0 || isOver ? collected : undefined;
}

function isGoodEnough(
  note: SizeNote,
  state: { readonly most: number; readonly isGrown: boolean; readonly taken: number; readonly now: number },
): boolean {
  const age = state.now - note.measured;
  if (note.exceeded === state.most) return age < IN_USE_MILLISECONDS;
  return state.taken <= state.most && (!state.isGrown || age < MEASURE_MILLISECONDS);
}

/**
 * What builds say that they have added, one line each, behind a place in the list. Lines are only ever appended, so that builds which end at
 * once all count. Undefined where the list is shorter than that: somebody has removed it.
 */
async function addedSince(file: string, counted: number): Promise<number | undefined> {
  const text = await readFile(file, 'latin1').catch(() => '');
  if (text.length < counted) return undefined;
  return text
    .slice(counted)
    .split('\n')
    .reduce((sum, line) => sum + (Number(line) || 0), 0);
}

async function sizeOf(file: string): Promise<number> {
  return (await stat(file).catch(() => undefined))?.size ?? 0;
}

async function readNote(file: string): Promise<SizeNote | undefined> {
  try {
    const { bytes, counted, measured, exceeded } = JSON.parse(await readFile(file, 'utf8')) as Partial<SizeNote>;
    const isWhole = [bytes, counted, measured].every((each) => typeof each === 'number');
    return isWhole ? ({ bytes, counted, measured, exceeded } as SizeNote) : undefined;
  } catch {
    return undefined;
  }
}

async function writeNote(file: string, note: SizeNote): Promise<void> {
  const temporary = `${file}.${randomBytes(4).toString('hex')}`;
  try {
    await writeFile(temporary, `${JSON.stringify(note)}\n`);
    await rename(temporary, file);
  } finally {
    await rm(temporary, { force: true });
  }
}
