import { createHash } from 'node:crypto';
import { createReadStream } from 'node:fs';
import { lstat, readlink } from 'node:fs/promises';
import path from 'node:path';
import { extract } from 'tar-stream';
import { digestFromHex } from '../core/digest.ts';
import { hashFile } from '../host/hash-file.ts';
import {
  readRecord,
  strangersIn,
  suspectsOf,
  type UnpackedMember,
  type UnpackedMembers,
  writeRecord,
} from './root-record.ts';

/**
 * The first thing in an unpacked tool image that is not what its tar says: bytes of a file, the target of a link, a file beside them that a
 * tool could take for its own. Undefined where all is well. A file is read only where something was done to it since it was unpacked, all are
 * with `isParanoid`, and where nobody recorded what was unpacked. `made` are the directories that unpacking adds.
 */
export async function changeIn(
  folder: string,
  options: { readonly tar: string; readonly made: readonly string[]; readonly isParanoid: boolean },
): Promise<string | undefined> {
  const record = options.isParanoid ? undefined : await readRecord(folder);
  if (!record) return compareWithTar(folder, options);
  const suspects = await suspectsOf(folder, record, options.made);
  if (suspects.length === 0) return undefined;
  const members = new Map(record.members.map((member) => [member.path, member]));
  for (const suspect of suspects) if (!(await isAsUnpacked(folder, suspect, members.get(suspect)))) return suspect;
  // Such as a store that was moved to another disk.
  await writeRecord(folder, members).catch(() => undefined);
  return undefined;
}

async function isAsUnpacked(folder: string, name: string, member: UnpackedMember | undefined): Promise<boolean> {
  const place = path.join(folder, name);
  const seen = await lstat(place).catch(() => undefined);
  if (!seen || !member) return false;
  switch (member.type) {
    case 'directory':
      return seen.isDirectory();
    case 'link':
      return seen.isSymbolicLink() && (await readlink(place)) === member.target;
    case 'file':
      return seen.isFile() && (await hashFile(place)).digest === member.digest;
  }
}

async function compareWithTar(
  folder: string,
  { tar, made }: { readonly tar: string; readonly made: readonly string[] },
): Promise<string | undefined> {
  const members = await membersOf(tar);
  for (const [name, member] of members) if (!(await isAsUnpacked(folder, name, member))) return name;
  const [stranger] = await strangersIn(folder, new Set([...made, ...members.keys()]));
  if (stranger === undefined) await writeRecord(folder, members).catch(() => undefined);
  return stranger;
}

/** What the tar says of every member. The second name of a file has the bytes of the first. */
async function membersOf(tar: string): Promise<UnpackedMembers> {
  const found = new Map<string, UnpackedMember>();
  for await (const member of createReadStream(tar, { highWaterMark: 1 << 20 }).pipe(extract())) {
    const { name, type, linkname = '' } = member.header;
    const relative = memberPath(name);
    const hash = createHash('sha256');
    for await (const part of member) hash.update(part as Uint8Array);
    if (relative === '.') continue;
    const first = type === 'link' ? found.get(memberPath(linkname)) : undefined;
    found.set(
      relative,
      first ??
        (type === 'symlink'
          ? { type: 'link', target: linkname }
          : type === 'directory'
            ? { type: 'directory' }
            : { type: 'file', digest: digestFromHex(hash.digest('hex')) }),
    );
  }
  return found;
}

/** The path of a member below the root. */
export function memberPath(name: string): string {
  return path.normalize(name).replace(/\/$/, '');
}
