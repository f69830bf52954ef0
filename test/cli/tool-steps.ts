import { readFile } from 'node:fs/promises';
import type { BuiltStore } from './cli.ts';

/** Each takes half a minute, and runs the same programs as smaller ones: they run again in `npm run test:release`. */
export const LONG = /^(squashfs|gzip) (base|engine|plugins|modules|drivers|proxmoxve|installer .*|rancheros-.*)$|^compress initrd|^console-debian|^beginning of/;

/** Makes the steps of tools run again, and gives their titles. */
export async function forgetTools(built: BuiltStore, isLeft: (title: string) => boolean): Promise<readonly string[]> {
  const titles = built.steps.map(({ title }) => title).filter((title) => !isLeft(title));
  const forgotten: string[] = [];
  for (const title of new Set(titles)) {
    const [record = ''] = (await readFile(built.recordFile(title), 'utf8').catch(() => '')).split('\n');
    if (record === '' || (JSON.parse(record) as { readonly executor: string }).executor === 'builtin') continue;
    await built.forget(title);
    forgotten.push(title);
  }
  return forgotten;
}
