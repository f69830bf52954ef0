import { mkdir, rm } from 'node:fs/promises';

/** Beside the work folder, so that a tool that packs `/work` does not see it. */
export function inFolderOf(work: string): string {
  return `${work}.in`;
}

/** Gives a step a scratch folder beside its outputs, for `/work`, and takes it away afterwards. */
export async function withWorkFolder<T>(outFolder: string, use: (work: string) => Promise<T>): Promise<T> {
  const work = `${outFolder}.work`;
  await mkdir(work, { recursive: true });
  try {
    return await use(work);
  } finally {
    await rm(work, { recursive: true, force: true });
    await rm(inFolderOf(work), { recursive: true, force: true });
  }
}
