import { createHash } from 'node:crypto';
import { createReadStream } from 'node:fs';
import { lstat, readdir, readlink } from 'node:fs/promises';
import path from 'node:path';
import { extract } from 'tar-stream';
import { hashFile } from '../host/hash-file.ts';

/**
 * Whether an unpacked tool image still is what its tar says: every file with its bytes, every link with its target, and no file beside them
 * that a tool could take for its own. `made` are the folders that unpacking adds.
 */
export async function isAsUnpacked(tar: string, folder: string, made: readonly string[]): Promise<boolean> {
  const known = new Set<string>(made);
  const members = createReadStream(tar, { highWaterMark: 1 << 20 }).pipe(extract());
  for await (const member of members) {
    const { name, type, linkname } = member.header;
    const relative = path.normalize(name).replace(/\/$/, '');
    known.add(relative);
    const place = path.join(folder, relative);
    const seen = await lstat(place).catch(() => undefined);
    if (type === 'file') {
      const wanted = createHash('sha256');
      for await (const part of member) wanted.update(part as Uint8Array);
      if (!seen?.isFile() || (await hashFile(place)).digest !== `sha256:${wanted.digest('hex')}`) return false;
      continue;
    }
    member.resume();
    if (!seen) return false;
    if (type === 'symlink' && (await readlink(place).catch(() => undefined)) !== linkname) return false;
    if (type === 'link' && seen.ino !== (await lstat(path.join(folder, linkname ?? '')).catch(() => undefined))?.ino)
      return false;
  }
  // With types, or folders behind links would be walked through.
  const there = await readdir(folder, { recursive: true, withFileTypes: true });
  return there.every(({ parentPath, name }) => known.has(path.relative(folder, path.join(parentPath, name))));
}
