import { rmSync } from 'node:fs';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { ownedPrefix, removeOrphans } from './owner.ts';

const KIND = 'rancheros-';
const ours = new Set<string>();
const swept = new Map<string, Promise<void>>();

/**
 * Makes a directory `rancheros-<kind>-…`, in the system's temporary directory if no other is named. The caller ends it with
 * `removeTemporaryDirectory`; the exit of the process removes the rest. The next call removes what a killed process left.
 */
export async function temporaryDirectory(kind: string, below = tmpdir()): Promise<string> {
  if (ours.size === 0 && swept.size === 0) process.on('exit', removeAll);
  if (!swept.has(below)) swept.set(below, removeOrphans(below, KIND));
  await swept.get(below);
  const directory = await mkdtemp(path.join(below, ownedPrefix(`${KIND}${kind}`)));
  ours.add(directory);
  return directory;
}

/** Removes a temporary directory with its contents. */
export async function removeTemporaryDirectory(directory: string): Promise<void> {
  await rm(directory, { recursive: true, force: true });
  ours.delete(directory);
}

function removeAll(): void {
  for (const directory of ours) rmSync(directory, { recursive: true, force: true });
}
