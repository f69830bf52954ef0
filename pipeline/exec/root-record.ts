import { type BigIntStats, lstatSync, readlinkSync } from 'node:fs';
import { readdir, readFile, rename, writeFile } from 'node:fs/promises';
import path from 'node:path';
import type { Digest } from '../core/digest.ts';
import { ownedPrefix } from '../host/owner.ts';

/** What unpacking made of the members of a tool image, by their paths. */
export type UnpackedMembers = ReadonlyMap<string, UnpackedMember>;

export type UnpackedMember =
  | { readonly type: 'file'; readonly digest: Digest }
  | { readonly type: 'link'; readonly target: string }
  | { readonly type: 'directory' };

/** A file with what the file system says of it. Nobody can change its bytes and keep all of that: the kernel alone sets the ctime. */
type RecordedMember = UnpackedMember & { readonly path: string; readonly state: string };

/** What was seen while a tool image was unpacked: beside its folder, as JSON. */
interface RootRecord {
  readonly format: 1;
  readonly members: readonly RecordedMember[];
}

/** Where the record of a folder lies. */
export function recordFileOf(folder: string): string {
  return `${folder}.json`;
}

/** Looks at every member once and writes the record. */
export async function writeRecord(folder: string, members: UnpackedMembers): Promise<void> {
  const record: RootRecord = {
    format: 1,
    members: [...members].map(([name, member]) => ({ ...member, path: name, state: stateOf(path.join(folder, name)) })),
  };
  const file = recordFileOf(folder);
  const temporary = path.join(path.dirname(file), `${ownedPrefix('record')}x`);
  await writeFile(temporary, JSON.stringify(record));
  await rename(temporary, file);
}

/** The record of a folder; undefined where there is none that can be read. */
export async function readRecord(folder: string): Promise<RootRecord | undefined> {
  try {
    const record = JSON.parse(await readFile(recordFileOf(folder), 'utf8')) as RootRecord;
    return record.format === 1 && Array.isArray(record.members) ? record : undefined;
  } catch {
    return undefined;
  }
}

/**
 * Members that are not as recorded, by size, mode, inode, mtime and ctime, and files that nobody unpacked. Reads no file. `made` are the
 * directories that unpacking adds.
 */
export async function suspectsOf(
  folder: string,
  { members }: RootRecord,
  made: readonly string[],
): Promise<readonly string[]> {
  const changed = members.filter((member) => stateOf(path.join(folder, member.path)) !== member.state);
  const known = new Set([...made, ...members.map((member) => member.path)]);
  return [...changed.map((member) => member.path), ...(await strangersIn(folder, known))];
}

/** Everything below a folder that is not known. */
export async function strangersIn(folder: string, known: ReadonlySet<string>): Promise<readonly string[]> {
  // With types, or folders behind links would be walked through.
  const there = await readdir(folder, { recursive: true, withFileTypes: true });
  return there
    .map(({ parentPath, name }) => path.relative(folder, path.join(parentPath, name)))
    .filter((name) => !known.has(name));
}

/** A line that differs when anything was done to a file. A directory changes with what lies in it, which is looked at by itself. */
function stateOf(place: string): string {
  const seen = lstatSync(place, { bigint: true, throwIfNoEntry: false });
  if (seen === undefined) return 'gone';
  if (seen.isDirectory()) return 'directory';
  if (seen.isSymbolicLink()) return `link ${seen.ino} ${seen.ctimeNs} ${readlinkSync(place)}`;
  return seen.isFile() ? `file ${factsOf(seen)}` : 'other';
}

function factsOf({ size, mode, ino, mtimeNs, ctimeNs }: BigIntStats): string {
  return [size, mode.toString(8), ino, mtimeNs, ctimeNs].join(' ');
}
