import { readFile } from 'node:fs/promises';
import { type ArMember, readAr } from '../formats/ar.ts';
import { inMemory } from '../formats/random-access.ts';
import { indexTar } from '../formats/tar-index.ts';
import { wrongBytes } from '../formats/wrong-bytes.ts';
import { decompress } from './decompress.ts';

/** A `.deb` opened for reading single files (deb(5)). */
export interface Deb {
  /** Files of the control archive by name, such as `postinst`. */
  readonly control: ReadonlyMap<string, Uint8Array>;
  /** Files of the data archive whose path, without a leading slash, is wanted. Unpacks the whole archive: seconds for a large one. */
  data(isWanted: (path: string) => boolean): Promise<ReadonlyMap<string, Uint8Array>>;
}

/** Opens a package file. Throws `wrong-bytes`, naming `what`, for anything that is no `.deb`. */
export async function openDeb(file: string, what: string): Promise<Deb> {
  const bytes = await readFile(file);
  const members = readAr(inMemory(bytes), what);
  const part = async (prefix: string): Promise<Uint8Array> => {
    const member = members.find(({ name }) => name.startsWith(prefix));
    if (!member) throw wrongBytes(`${what} has no ${prefix} archive.`);
    return decompress(contentsOf(bytes, member), member.name, what);
  };
  return {
    control: filesOf(await part('control.tar'), what, () => true),
    data: async (isWanted) => filesOf(await part('data.tar'), what, isWanted),
  };
}

function contentsOf(bytes: Uint8Array, { offset, size }: ArMember): Uint8Array {
  return bytes.subarray(offset, offset + size);
}

function filesOf(tar: Uint8Array, what: string, isWanted: (path: string) => boolean): ReadonlyMap<string, Uint8Array> {
  const files = new Map<string, Uint8Array>();
  for (const { path, type, offset, size } of indexTar(inMemory(tar), what)) {
    if (type === 'file' && isWanted(path)) files.set(path, tar.slice(offset, offset + size));
  }
  return files;
}
