import { rmSync } from 'node:fs';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { ownedPrefix, removeOrphans } from './owned-name.ts';

const KIND = 'rancheros-';
const ours = new Set<string>();
const swept = new Map<string, Promise<void>>();

/**
 * Makes a folder `rancheros-<kind>-…`, in the system's temporary folder if no other is named. Whoever asks gives it to
 * `removeTemporaryFolder`; what is left when the process exits goes then, and what a killed one left goes when the next asks for a folder.
 */
export async function temporaryFolder(kind: string, below = tmpdir()): Promise<string> {
  if (ours.size === 0 && swept.size === 0) process.on('exit', removeAll);
  if (!swept.has(below)) swept.set(below, removeOrphans(below, KIND));
  await swept.get(below);
  const folder = await mkdtemp(path.join(below, ownedPrefix(`${KIND}${kind}`)));
  ours.add(folder);
  return folder;
}

/** Takes a temporary folder away. */
export async function removeTemporaryFolder(folder: string): Promise<void> {
  await rm(folder, { recursive: true, force: true });
  ours.delete(folder);
}

function removeAll(): void {
  for (const folder of ours) rmSync(folder, { recursive: true, force: true });
}
