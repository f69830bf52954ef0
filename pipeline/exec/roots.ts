import { createHash } from 'node:crypto';
import { createReadStream, createWriteStream } from 'node:fs';
import { access, chmod, link, mkdir, mkdtemp, rename, rm, symlink } from 'node:fs/promises';
import path from 'node:path';
import { pipeline } from 'node:stream/promises';
import { extract, type Header } from 'tar-stream';
import { type Digest, digestFromHex, hexOf } from '../core/digest.ts';
import type { Report } from '../core/ports.ts';
import { FRESH_MILLISECONDS, renewLastUse } from '../host/last-use.ts';
import { ownedPrefix, removeOrphans } from '../host/owner.ts';
import type { SharedUse } from '../host/shared-use.ts';
import { toolImageChanged } from './messages.ts';
import { changeIn, memberPath } from './root-check.ts';
import { recordFileOf, type UnpackedMember, type UnpackedMembers, writeRecord } from './root-record.ts';

/** Mount points that every sandbox needs and a read-only root cannot grow. */
const MOUNT_POINTS = ['dev', 'in', 'out', 'proc', 'sys', 'tmp', 'work'];

interface ToolRootsOptions {
  /** The leases of the store that the folder belongs to; without it nobody else removes from it. */
  readonly use?: SharedUse;
  /** Whether every file of an image that was unpacked earlier is read and compared before it is used. */
  readonly isParanoid?: boolean;
  /** Takes the note that an image was changed and has been unpacked anew. */
  readonly report?: Report;
}

/**
 * Tool images unpacked once each, as `<folder>/<hex>/`, which appears by rename when it is whole. Each is verified before its first use by a
 * process, and unpacked anew where it was changed: what it would make is kept under the digest of the image that it no longer is.
 */
export class ToolRoots {
  readonly #folder: string;
  readonly #options: ToolRootsOptions;
  readonly #roots = new Map<Digest, Promise<string>>();

  constructor(folder: string, options: ToolRootsOptions = {}) {
    this.#folder = folder;
    this.#options = options;
  }

  /** Removes what processes left half-unpacked that are gone. */
  async tidy(): Promise<void> {
    await removeOrphans(this.#folder);
  }

  /** The folder that holds the image's files. */
  rootOf(image: { readonly digest: Digest; readonly tar: string }): Promise<string> {
    let root = this.#roots.get(image.digest);
    if (!root) {
      root = this.#unpackOnce(image.digest, image.tar).then(keepInUse);
      this.#roots.set(image.digest, root);
    }
    return root;
  }

  /** A process that runs a program of it keeps the files that it has open. */
  async #setAside(place: string): Promise<void> {
    await rm(recordFileOf(place), { force: true });
    const aside = await mkdtemp(path.join(this.#folder, ownedPrefix('changed')));
    await rename(place, aside);
    await rm(aside, { recursive: true, force: true });
  }

  async #unpackOnce(digest: Digest, tar: string): Promise<string> {
    const place = path.join(this.#folder, hexOf(digest));
    await renewLastUse(place);
    await renewLastUse(recordFileOf(place));
    await this.#options.use?.waitForExclusive();
    const there = await access(place).then(
      () => true,
      () => false,
    );
    if (there) {
      const isParanoid = this.#options.isParanoid === true;
      const changed = await changeIn(place, { tar, made: MOUNT_POINTS, isParanoid });
      if (changed === undefined) return place;
      await this.#setAside(place);
      this.#options.report?.({ type: 'note', level: 'warning', message: toolImageChanged(place, changed) });
    }
    await mkdir(this.#folder, { recursive: true });
    const temporary = await mkdtemp(path.join(this.#folder, ownedPrefix('tmp')));
    try {
      const members = await unpack(tar, temporary);
      for (const name of MOUNT_POINTS) await mkdir(path.join(temporary, name), { recursive: true });
      await chmod(temporary, 0o755);
      if (await movedTo(temporary, place)) await writeRecord(place, members);
      return place;
    } finally {
      await rm(temporary, { recursive: true, force: true });
    }
  }
}

/** Whether a folder got its name; otherwise another process was faster, and has recorded its own. */
function movedTo(temporary: string, place: string): Promise<boolean> {
  return rename(temporary, place).then(
    () => true,
    (error: NodeJS.ErrnoException) => {
      if (error.code !== 'ENOTEMPTY' && error.code !== 'EEXIST') throw error;
      return false;
    },
  );
}

/** A machine or a long step runs programs from the folder for as long as this process lives. */
function keepInUse(root: string): string {
  setInterval(() => void renewLastUse(root), FRESH_MILLISECONDS / 4).unref();
  return root;
}

/** Unpacks a canonical tar (parents before children) as whoever runs this: owners and special modes do not matter for tools. */
async function unpack(tar: string, folder: string): Promise<UnpackedMembers> {
  const unpacked = new Map<string, UnpackedMember>();
  const members = createReadStream(tar, { highWaterMark: 1 << 20 }).pipe(extract());
  for await (const member of members) {
    const { header } = member;
    const place = path.join(folder, header.name);
    if (place !== folder && !place.startsWith(`${folder}${path.sep}`))
      throw new Error(`${header.name} leaves the tool image`);
    if (header.type !== 'file') member.resume();
    const parts = member as AsyncIterable<Uint8Array>;
    const made = await unpackMember(header, { place, folder, parts, unpacked });
    if (memberPath(header.name) !== '.') unpacked.set(memberPath(header.name), made);
  }
  return unpacked;
}

async function unpackMember(
  { name, type, mode, linkname = '' }: Header,
  {
    place,
    folder,
    parts,
    unpacked,
  }: { place: string; folder: string; parts: AsyncIterable<Uint8Array>; unpacked: UnpackedMembers },
): Promise<UnpackedMember> {
  switch (type) {
    case 'directory':
      await mkdir(place, { recursive: true, mode: 0o755 });
      return { type: 'directory' };
    case 'symlink':
      await symlink(linkname, place);
      return { type: 'link', target: linkname };
    case 'link': {
      const first = unpacked.get(memberPath(linkname));
      if (first?.type !== 'file') throw new Error(`${name} is a link to ${linkname}, which is no file before it`);
      await link(path.join(folder, linkname), place);
      return first;
    }
    case 'file': {
      const hash = createHash('sha256');
      await mkdir(path.dirname(place), { recursive: true });
      await pipeline(
        parts,
        async function* (bytes: AsyncIterable<Uint8Array>) {
          for await (const part of bytes) {
            hash.update(part);
            yield part;
          }
        },
        createWriteStream(place, { mode: ((mode ?? 0o644) & 0o777) | 0o400 }),
      );
      return { type: 'file', digest: digestFromHex(hash.digest('hex')) };
    }
    default:
      throw new Error(`${name}: a tool image holds no ${type}`);
  }
}
