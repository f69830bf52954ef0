import { createHash } from 'node:crypto';
import { createReadStream } from 'node:fs';
import { lstat, readdir, readFile, readlink } from 'node:fs/promises';
import path from 'node:path';
import { digestFromHex } from '../core/digest.ts';
import { BuildError } from '../core/failure.ts';
import { stopIfAborted } from '../core/interrupted.ts';
import { compareCodeUnits } from '../core/json.ts';
import type { BlobStore } from '../core/ports.ts';
import type { Blob, RepositoryInput } from '../core/step.ts';
import type { TarEntry } from '../formats/tar-entry.ts';
import { encodeTarHeader, TAR_END, tarPadding } from '../formats/tar-header.ts';
import { BUILD_EPOCH } from '../graph/graph.ts';
import * as messages from './messages.ts';

export interface RepositoryOptions {
  /** Absolute path of the project's top folder. */
  readonly top: string;
  readonly store: BlobStore;
  readonly signal: AbortSignal;
}

/** What editors, desktops and version control leave behind; never part of an input. */
const DROPPINGS: readonly RegExp[] = [
  /~$/,
  /^\.DS_Store$/,
  /^Thumbs\.db$/,
  /^\..*\.sw[a-p]$/,
  /^#.*#$/,
  /^\.#/,
  /^\.git$/,
];

/** Keeps an empty folder in git; the folder is taken, the file is not. */
const KEEPER = '.gitkeep';

/**
 * A file of this repository as it is, a folder as a canonical tar: sorted, owned by 0, files 0755 where executable and 0644
 * where not, folders 0755, one time for all. So neither umask, nor user, nor clock, nor the order of a directory shows in the
 * bytes. Folders with nothing in them are left out, because git would not have them either.
 */
export async function fetchRepository(input: RepositoryInput, options: RepositoryOptions): Promise<Blob> {
  const absolute = insideOf(options.top, input.path);
  const seen = await lstat(absolute).catch((cause: unknown) => {
    throw new BuildError(messages.notInProject(input.path), { cause });
  });
  const bytes = async (): Promise<AsyncIterable<Uint8Array>> => {
    if (seen.isFile()) return createReadStream(absolute) as AsyncIterable<Uint8Array>;
    if (seen.isDirectory()) return tarOf(await membersOf(absolute, ''), absolute);
    throw new BuildError(messages.notAFileToTake(input.path));
  };
  // Hashed first: an input that did not change, the common case, writes nothing.
  const hash = createHash('sha256');
  let size = 0;
  for await (const chunk of await bytes()) {
    stopIfAborted(options.signal);
    hash.update(chunk);
    size += chunk.byteLength;
  }
  const digest = digestFromHex(hash.digest('hex'));
  if (await options.store.has(digest)) return { digest, size };
  return options.store.put(await bytes());
}

function insideOf(top: string, relative: string): string {
  const absolute = path.join(top, relative);
  if (path.isAbsolute(relative) || !absolute.startsWith(path.join(top, '/'))) {
    throw new BuildError(messages.outsideProject(relative));
  }
  return absolute;
}

/** Members of a folder and below, in no order; a folder only where something is in it. */
async function membersOf(folder: string, prefix: string): Promise<readonly TarEntry[]> {
  const names = await readdir(folder);
  const isKept = prefix !== '' && names.includes(KEEPER);
  const below = await Promise.all(
    names
      .filter((name) => name !== KEEPER && !DROPPINGS.some((dropping) => dropping.test(name)))
      .map((name) => memberOf(folder, prefix, name)),
  );
  const members = below.flat();
  if (prefix === '' || (members.length === 0 && !isKept)) return members;
  return [{ ...PLAIN, path: prefix, type: 'directory', mode: 0o755, size: 0 }, ...members];
}

const PLAIN = { uid: 0, gid: 0, mtime: BUILD_EPOCH } as const;

async function memberOf(folder: string, prefix: string, name: string): Promise<readonly TarEntry[]> {
  const absolute = path.join(folder, name);
  const inside = prefix === '' ? name : `${prefix}/${name}`;
  const seen = await lstat(absolute);
  if (seen.isDirectory()) return membersOf(absolute, inside);
  if (seen.isSymbolicLink())
    return [{ ...PLAIN, path: inside, type: 'symlink', mode: 0o777, size: 0, target: await readlink(absolute) }];
  if (!seen.isFile()) throw new BuildError(messages.notAFileToTake(inside));
  // Only the owner's bit: git keeps that one, the others come from somebody's umask.
  return [{ ...PLAIN, path: inside, type: 'file', mode: (seen.mode & 0o100) === 0 ? 0o644 : 0o755, size: seen.size }];
}

/** A stream costs more than what most files hold. */
const READ_WHOLE = 1 << 20;

async function* piecesOf(file: string, size: number): AsyncGenerator<Uint8Array, void, undefined> {
  if (size <= READ_WHOLE) yield await readFile(file);
  else yield* createReadStream(file) as AsyncIterable<Uint8Array>;
}

async function* tarOf(members: readonly TarEntry[], folder: string): AsyncGenerator<Uint8Array, void, undefined> {
  for (const member of [...members].sort((a, b) => compareCodeUnits(a.path, b.path))) {
    yield encodeTarHeader(member);
    if (member.type !== 'file') continue;
    let sent = 0;
    for await (const chunk of piecesOf(path.join(folder, member.path), member.size)) {
      sent += chunk.byteLength;
      yield chunk;
    }
    if (sent !== member.size) {
      throw new BuildError(messages.changedWhileRead(member.path));
    }
    yield new Uint8Array(tarPadding(sent));
  }
  yield TAR_END;
}
