import { mkdir, rm } from 'node:fs/promises';
import { type RunRequest, workFolderOf } from '../core/ports.ts';

/** Beside the work folder, so that a tool that packs `/work` does not see it. */
export function inFolderOf(work: string): string {
  return `${work}.in`;
}

/** Gives a step a scratch folder beside its outputs, for `/work`, and takes it away afterwards, unless the request keeps it. */
export async function withWorkFolder<T>(
  { outFolder, keepsWork }: Pick<RunRequest, 'outFolder' | 'keepsWork'>,
  use: (work: string) => Promise<T>,
): Promise<T> {
  const work = workFolderOf(outFolder);
  await mkdir(work, { recursive: true });
  try {
    return await use(work);
  } finally {
    if (!keepsWork) await rm(work, { recursive: true, force: true });
    await rm(inFolderOf(work), { recursive: true, force: true });
  }
}
