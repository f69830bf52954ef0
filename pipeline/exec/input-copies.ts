import { constants } from 'node:fs';
import { chmod, copyFile, mkdir, open, stat, utimes } from 'node:fs/promises';
import path from 'node:path';
import { SparseFile } from '../io/sparse-file.ts';
import { foldersAbove } from './input-paths.ts';

const CHUNK = 1 << 20;

/**
 * Fills a folder with copies of files, by their names in it: regular files, as a sandbox shows its inputs, read-only, each with the time of
 * the original. A link would be stored as a link by whatever packs the folder; a second name of the stored file would let a tool write into it.
 * Where the file system can, a copy shares its blocks with the original; holes stay holes.
 */
export async function copyInputs(folder: string, files: { readonly [name: string]: string }): Promise<void> {
  await makeInputFolder(folder);
  for (const name of Object.keys(files).sort()) {
    const place = path.join(folder, name);
    for (const above of foldersAbove(name)) await makeInputFolder(path.join(folder, above));
    await copyOne(files[name] as string, place);
  }
}

/** The mode is said: whoever builds may have an umask of their own. */
async function makeInputFolder(folder: string): Promise<void> {
  await mkdir(folder, { recursive: true });
  await chmod(folder, 0o755);
}

async function copyOne(from: string, to: string): Promise<void> {
  const { size, blocks, mtimeMs } = await stat(from);
  const isShared = await copyFile(from, to, constants.COPYFILE_FICLONE_FORCE | constants.COPYFILE_EXCL).then(
    () => true,
    () => false,
  );
  if (!isShared) await (blocks * 512 < size ? copyWithHoles(from, to, size) : copyFile(from, to));
  await chmod(to, 0o444);
  await utimes(to, mtimeMs / 1000, mtimeMs / 1000);
}

async function copyWithHoles(from: string, to: string, size: number): Promise<void> {
  const source = await open(from, 'r');
  const copy = new SparseFile(to, size);
  try {
    const buffer = Buffer.alloc(CHUNK);
    for (let at = 0; at < size; ) {
      const { bytesRead } = await source.read(buffer, 0, CHUNK, at);
      if (bytesRead === 0) throw new Error(`${from} ends at byte ${at} of ${size}`);
      copy.put(buffer.subarray(0, bytesRead), at);
      at += bytesRead;
    }
  } finally {
    copy.close();
    await source.close();
  }
}
