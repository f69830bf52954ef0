import { closeSync, openSync, readSync } from 'node:fs';
import { stat } from 'node:fs/promises';
import type { StepEnd } from '../bench/fetched-store.ts';
import type { Digest } from '../core/digest.ts';
import { compareCodeUnits } from '../core/json.ts';
import { hashFile } from '../host/hash-file.ts';
import type { Manifest } from '../publish/manifest.ts';
import { memberDifference } from './member-difference.ts';

/** Something that two builds did not make the same. */
export interface BuildDifference {
  readonly kind: 'file' | 'step';
  /** A file of the release by its path, or the output of a step. */
  readonly name: string;
  /** How they differ, as the end of a sentence: the first byte, and the first member of an archive; or what is not about bytes. */
  readonly where: string;
  /** What differs in a file of the release: layers, kernel, initrd. */
  readonly parts: readonly string[];
}

/** A build that has ended: what it made, and where its bytes are. */
export interface FinishedBuild {
  readonly manifest: Manifest;
  readonly steps: readonly StepEnd[];
  /** The file of the release at this path. */
  readonly release: (path: string) => string;
  /** The file of what a step gave. */
  readonly stored: (digest: Digest) => string;
}

/**
 * The steps that gave other bytes from the same inputs, and the files of the release that differ in bytes, mode or time. A step whose
 * inputs differ is none of them: the one before it is to blame.
 */
export async function buildDifferences(one: FinishedBuild, other: FinishedBuild): Promise<readonly BuildDifference[]> {
  return [...stepDifferences(one, other), ...(await fileDifferences(one, other))];
}

function stepDifferences(one: FinishedBuild, other: FinishedBuild): readonly BuildDifference[] {
  const others = new Map(other.steps.map((step) => [step.key, step]));
  const distinct = new Map(one.steps.map((step) => [step.key, step]));
  return [...distinct.values()].flatMap((step) => {
    const twin = others.get(step.key);
    return Object.entries(step.outputs).flatMap(([output, { digest }]): readonly BuildDifference[] => {
      const found = twin?.outputs[output];
      if (!found || found.digest === digest) return [];
      const name = Object.keys(step.outputs).length === 1 ? step.title : `${step.title} (${output})`;
      return [{ kind: 'step', name, where: placeOf(one.stored(digest), other.stored(found.digest)), parts: [] }];
    });
  });
}

async function fileDifferences(one: FinishedBuild, other: FinishedBuild): Promise<readonly BuildDifference[]> {
  const names = [one, other].flatMap(({ manifest }) => Object.keys(manifest.files));
  const differences: BuildDifference[] = [];
  for (const name of [...new Set([...names, 'SHA256SUMS', 'release.json'])].sort(compareCodeUnits)) {
    const where = await publishedDifference(one.release(name), other.release(name));
    if (where !== undefined) differences.push({ kind: 'file', name, where, parts: differingParts(one, other, name) });
  }
  return differences;
}

/** How two published files differ; undefined where they do not. */
async function publishedDifference(one: string, other: string): Promise<string | undefined> {
  const [first, second] = await Promise.all([factsOf(one), factsOf(other)]);
  if (!first || !second) return first === second ? undefined : 'since only one of the builds made it';
  if (first.digest !== second.digest) return placeOf(one, other);
  if (first.mode !== second.mode) return `in its mode (${first.mode} and ${second.mode})`;
  if (first.time !== second.time) return `in its time (${first.time} and ${second.time})`;
  return undefined;
}

async function factsOf(
  file: string,
): Promise<{ readonly digest: Digest; readonly mode: string; readonly time: string } | undefined> {
  const found = await stat(file).catch(() => undefined);
  if (!found) return undefined;
  return { digest: (await hashFile(file)).digest, mode: found.mode.toString(8), time: found.mtime.toISOString() };
}

function differingParts(one: FinishedBuild, other: FinishedBuild, name: string): readonly string[] {
  const [first, second] = [one, other].map(({ manifest }) => manifest.files[name]?.contents?.files ?? {});
  return [...new Set([...Object.keys(first ?? {}), ...Object.keys(second ?? {})])]
    .filter((part) => first?.[part]?.digest !== second?.[part]?.digest)
    .sort(compareCodeUnits);
}

function placeOf(one: string, other: string): string {
  const member = memberDifference(one, other);
  return `from byte ${firstDifference(one, other)} on${member === undefined ? '' : `, first in ${member}`}`;
}

const WINDOW = 1 << 20;

/** Offset of the first byte in which two files differ; undefined where they are the same. */
export function firstDifference(one: string, other: string): number | undefined {
  const [first, second] = [openSync(one, 'r'), openSync(other, 'r')];
  try {
    const [a, b] = [Buffer.alloc(WINDOW), Buffer.alloc(WINDOW)];
    for (let position = 0; ; position += WINDOW) {
      const [left, right] = [filled(first, a, position), filled(second, b, position)];
      const length = Math.min(left.length, right.length);
      if (!left.subarray(0, length).equals(right.subarray(0, length))) {
        return position + left.findIndex((byte, index) => byte !== right[index]);
      }
      if (left.length !== right.length) return position + length;
      if (length < WINDOW) return undefined;
    }
  } finally {
    closeSync(first);
    closeSync(second);
  }
}

function filled(fd: number, buffer: Buffer, position: number): Buffer {
  let length = 0;
  while (length < buffer.length) {
    const count = readSync(fd, buffer, length, buffer.length - length, position + length);
    if (count === 0) break;
    length += count;
  }
  return buffer.subarray(0, length);
}
