import { mkdir, rm } from 'node:fs/promises';

/** Gives a step a scratch folder beside its outputs, for `/work`, and takes it away afterwards. */
export async function withWorkFolder<T>(outFolder: string, use: (work: string) => Promise<T>): Promise<T> {
  const work = `${outFolder}.work`;
  await mkdir(work, { recursive: true });
  try {
    return await use(work);
  } finally {
    await rm(work, { recursive: true, force: true });
  }
}
