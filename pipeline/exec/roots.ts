import { createReadStream, createWriteStream } from 'node:fs';
import { access, chmod, link, mkdir, mkdtemp, rename, rm, symlink } from 'node:fs/promises';
import path from 'node:path';
import { pipeline } from 'node:stream/promises';
import { extract, type Header } from 'tar-stream';
import { type Digest, hexOf } from '../core/digest.ts';
import { FRESH_MILLISECONDS, renewLastUse } from '../host/last-use.ts';
import { ownedPrefix, removeOrphans } from '../host/owner.ts';
import type { SharedUse } from '../host/shared-use.ts';
import { isAsUnpacked } from './root-check.ts';

/** Mount points that every sandbox needs and a read-only root cannot grow. */
const MOUNT_POINTS = ['dev', 'in', 'out', 'proc', 'sys', 'tmp', 'work'];

/** Tool images unpacked once each, as `<folder>/<hex>/`, which appears by rename when it is whole. */
export class ToolRoots {
  readonly #folder: string;
  readonly #use: SharedUse | undefined;
  readonly #isParanoid: boolean;
  readonly #roots = new Map<Digest, Promise<string>>();

  /**
   * `use` has the leases of the store that the folder belongs to; without it nobody else removes from it. `isParanoid`: compare an image that
   * was unpacked earlier with its tar before it is used, and unpack it anew where it was changed.
   */
  constructor(folder: string, use?: SharedUse, isParanoid = false) {
    this.#folder = folder;
    this.#use = use;
    this.#isParanoid = isParanoid;
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
    const aside = await mkdtemp(path.join(this.#folder, ownedPrefix('changed')));
    await rename(place, aside);
    await rm(aside, { recursive: true, force: true });
  }

  async #unpackOnce(digest: Digest, tar: string): Promise<string> {
    const place = path.join(this.#folder, hexOf(digest));
    await renewLastUse(place);
    await this.#use?.waitForExclusive();
    const there = await access(place).then(
      () => true,
      () => false,
    );
    if (there && !(this.#isParanoid && !(await isAsUnpacked(tar, place, MOUNT_POINTS)))) return place;
    if (there) await this.#setAside(place);
    await mkdir(this.#folder, { recursive: true });
    const temporary = await mkdtemp(path.join(this.#folder, ownedPrefix('tmp')));
    try {
      await unpack(tar, temporary);
      for (const name of MOUNT_POINTS) await mkdir(path.join(temporary, name), { recursive: true });
      await chmod(temporary, 0o755);
      await rename(temporary, place).catch(async (error: NodeJS.ErrnoException) => {
        if (error.code !== 'ENOTEMPTY' && error.code !== 'EEXIST') throw error;
      });
      return place;
    } finally {
      await rm(temporary, { recursive: true, force: true });
    }
  }
}

/** A machine or a long step runs programs from the folder for as long as this process lives. */
function keepInUse(root: string): string {
  setInterval(() => void renewLastUse(root), FRESH_MILLISECONDS / 4).unref();
  return root;
}

/** Unpacks a canonical tar (parents before children) as whoever runs this: owners and special modes do not matter for tools. */
async function unpack(tar: string, folder: string): Promise<void> {
  const members = createReadStream(tar, { highWaterMark: 1 << 20 }).pipe(extract());
  for await (const member of members) {
    const { header } = member;
    const place = path.join(folder, header.name);
    if (place !== folder && !place.startsWith(`${folder}${path.sep}`))
      throw new Error(`${header.name} leaves the tool image`);
    await unpackMember(header, place, folder);
    if (header.type === 'file')
      await pipeline(member, createWriteStream(place, { mode: ((header.mode ?? 0o644) & 0o777) | 0o400 }));
    else member.resume();
  }
}

async function unpackMember(header: Header, place: string, folder: string): Promise<void> {
  switch (header.type) {
    case 'directory':
      await mkdir(place, { recursive: true, mode: 0o755 });
      return;
    case 'symlink':
      await symlink(header.linkname ?? '', place);
      return;
    case 'link':
      await link(path.join(folder, header.linkname ?? ''), place);
      return;
    case 'file':
      await mkdir(path.dirname(place), { recursive: true });
      return;
    default:
      throw new Error(`${header.name}: a tool image holds no ${header.type}`);
  }
}
