import { createHash } from 'node:crypto';
import { digestFromHex } from '../core/digest.ts';
import { compareCodeUnits } from '../core/json.ts';
import type { MediumContents } from '../core/medium.ts';
import type { Blob } from '../core/step.ts';
import type { RandomAccess } from '../formats/random-access.ts';
import { slice } from '../formats/random-access.ts';
import type { FieldProblem } from '../formats/sector.ts';
import { digestOfDisk } from '../io/disk-digest.ts';

const CHUNK = 1 << 20;

/** Bytes that lie in one or more places, one after another. */
export type Found = RandomAccess | readonly RandomAccess[];

/** What is wrong with the files of a medium: each must be there with its digest, and no other may be. */
export function fileProblems(
  found: ReadonlyMap<string, Found>,
  wanted: MediumContents['files'],
): readonly FieldProblem[] {
  const problems: FieldProblem[] = [];
  for (const path of Object.keys(wanted).sort(compareCodeUnits)) {
    const bytes = found.get(path);
    const blob = wanted[path] as Blob;
    if (!bytes) problems.push(problem(path, `${path} is missing in it.`));
    else problems.push(...blobProblems(path, digestOfBytes(bytes), blob));
  }
  for (const path of [...found.keys()].sort(compareCodeUnits))
    if (!Object.hasOwn(wanted, path))
      problems.push(problem(path, `${path} is in it, and release.json does not name it.`));
  return problems;
}

/** What is wrong with a disk as a whole: all of it that lies in no file, such as tables, boot code and padding. */
export function diskProblems(disk: RandomAccess, { disk: wanted }: MediumContents): readonly FieldProblem[] {
  return wanted ? blobProblems('disk', digestOfDisk(disk), wanted) : [];
}

/** What is wrong with a file that is others, one after another. */
export function partProblems(source: RandomAccess, { parts }: MediumContents): readonly FieldProblem[] {
  if (!parts) return [];
  const problems: FieldProblem[] = [];
  let at = 0;
  for (const [index, part] of parts.entries()) {
    const there = Math.max(0, Math.min(part.size, source.size - at));
    problems.push(...blobProblems(`part ${index + 1}`, digestOfBytes(slice(source, at, there)), part));
    at += part.size;
  }
  if (at !== source.size)
    problems.push(problem('parts', `Its ${parts.length} parts have ${at} bytes, and the file has ${source.size}.`));
  return problems;
}

/** The difference between what was found and what release.json names, as at most one problem. */
export function blobProblems(name: string, found: Blob, wanted: Blob): readonly FieldProblem[] {
  if (found.digest === wanted.digest && found.size === wanted.size) return [];
  const sizes = found.size === wanted.size ? '' : ` with ${found.size} bytes instead of ${wanted.size}`;
  return [problem(name, `${name} in it has the digest ${found.digest}${sizes}; release.json says ${wanted.digest}.`)];
}

function problem(name: string, message: string): FieldProblem {
  return { field: `contents.${name}`, message };
}

function digestOfBytes(found: Found): Blob {
  const hash = createHash('sha256');
  let size = 0;
  for (const source of Array.isArray(found) ? (found as readonly RandomAccess[]) : [found as RandomAccess])
    for (let at = 0; at < source.size; at += CHUNK) {
      const bytes = source.read(at, Math.min(CHUNK, source.size - at));
      hash.update(bytes);
      size += bytes.length;
    }
  return { digest: digestFromHex(hash.digest('hex')), size };
}
