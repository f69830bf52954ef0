import { randomBytes } from 'node:crypto';
import { constants } from 'node:fs';
import {
  chmod,
  copyFile,
  readdir,
  readFile,
  readlink,
  rename,
  rm,
  rmdir,
  stat,
  symlink,
  utimes,
  writeFile,
} from 'node:fs/promises';
import path from 'node:path';
import type { Digest } from '../core/digest.ts';
import { BuildError } from '../core/failure.ts';
import type { Destination, PublishedBytes } from '../core/ports.ts';
import { diskFailure } from '../host/disk-failure.ts';
import { hashFile } from '../host/hash-file.ts';
import { type Lease, tryAcquireExclusive } from '../host/lease.ts';
import { type LeaseWaitOptions, LeaseWatch } from '../host/lease-watch.ts';
import { makeDirectory } from '../host/make-directory.ts';
import { ownedPrefix, removeOrphans } from '../host/owner.ts';
import { storedFileChanged } from './messages.ts';

/** Beside the versions, while somebody publishes. */
const LEASES = '.publishing';
/** Kinds of names of what is not finished. */
const PART = 'publish';
const LATEST = 'latest';
/** A web server of another user reads the releases, whatever the umask of the one who builds. */
const READABLE = 0o755;
const EXCLUSIVE_ATTEMPTS = 3;

/** A directory of versions with a link `latest`. Each file appears by rename, with one time for all, readable by all. */
export class DirectoryDestination implements Destination {
  readonly #root: string;
  readonly #epoch: number;
  readonly #wait: LeaseWaitOptions;

  /** `epoch` is the mtime of every file, in seconds since 1970; `wait` says how others are waited for that publish here. */
  constructor(root: string, options: { readonly epoch: number; readonly wait?: LeaseWaitOptions }) {
    this.#root = root;
    this.#epoch = options.epoch;
    this.#wait = options.wait ?? {};
  }

  placeOf(version: string, file = ''): string {
    return path.join(this.#root, version, file);
  }

  async exclusively<T>(version: string, publish: () => Promise<T>): Promise<T> {
    try {
      await makeDirectory(this.placeOf(version), READABLE);
      const lease = await this.#acquire();
      try {
        await this.#removeLeftovers(version);
        return await publish();
      } finally {
        await lease.release();
        await rmdir(this.#leases).catch(() => undefined);
      }
    } catch (error) {
      throw diskFailure(error, this.#root, 'releases');
    }
  }

  async read(version: string, file: string): Promise<string | undefined> {
    return readFile(this.placeOf(version, file), 'utf8').catch(() => undefined);
  }

  async put(
    version: string,
    file: string,
    bytes: PublishedBytes,
    { isListed }: { readonly isListed: boolean },
  ): Promise<boolean> {
    const place = this.placeOf(version, file);
    if (isListed && (await this.#isUntouched(version, place, bytes))) return false;
    await makeDirectory(path.dirname(place), READABLE);
    await this.#settle(place, async (part) => {
      await copyFile(bytes.path, part, constants.COPYFILE_FICLONE);
      await demandDigest(part, bytes.digest, bytes.path);
    });
    return true;
  }

  async putText(version: string, file: string, text: string): Promise<void> {
    if ((await this.read(version, file)) === text) return;
    await this.#settle(this.placeOf(version, file), (part) => writeFile(part, text, { flush: true }));
  }

  /** With the directories above it that are empty then. */
  async remove(version: string, file: string): Promise<void> {
    await rm(this.placeOf(version, file), { force: true });
    for (let above = path.dirname(file); above !== '.'; above = path.dirname(above)) {
      const isGone = await rmdir(this.placeOf(version, above)).then(
        () => true,
        () => false,
      );
      if (!isGone) return;
    }
  }

  async latest(): Promise<string | undefined> {
    const version = await readlink(path.join(this.#root, LATEST)).catch(() => undefined);
    if (version === undefined) return undefined;
    const seen = await stat(this.placeOf(version)).catch(() => undefined);
    return seen?.isDirectory() ? version : undefined;
  }

  async pointLatestTo(version: string): Promise<void> {
    const part = path.join(this.#root, `${ownedPrefix(LATEST)}${randomBytes(4).toString('hex')}`);
    await symlink(version, part);
    await rename(part, path.join(this.#root, LATEST));
  }

  get #leases(): string {
    return path.join(this.#root, LEASES);
  }

  async #acquire(): Promise<Lease> {
    const watch = new LeaseWatch(this.#leases, 'publishes there', this.#wait);
    for (;;) {
      // The last publisher removes the directory, perhaps just before this process writes into it.
      const lease = await tryAcquireExclusive(this.#leases, PART, EXCLUSIVE_ATTEMPTS, this.#wait.pace).catch(
        (error: NodeJS.ErrnoException) => {
          if (error.code !== 'ENOENT') throw error;
        },
      );
      if (lease) return lease;
      await watch.poll();
    }
  }

  /** Removes what a killed build left half-written. The files of a living process stay. */
  async #removeLeftovers(version: string): Promise<void> {
    await removeOrphans(this.#root, LATEST);
    const top = this.placeOf(version);
    const below = (await readdir(top, { recursive: true, withFileTypes: true }))
      .filter((entry) => entry.isDirectory())
      .map(({ parentPath, name }) => path.join(parentPath, name));
    for (const directory of [top, ...below]) await removeOrphans(directory, PART);
  }

  /**
   * Whether a published file is as it was put there. The manifest is written after all files, so a file that changed later than the
   * manifest was changed by somebody else, although its size and time may look as before: its bytes are hashed.
   */
  async #isUntouched(version: string, place: string, { digest, size }: PublishedBytes): Promise<boolean> {
    const seen = await stat(place).catch(() => undefined);
    if (!seen?.isFile() || seen.size !== size || seen.mtimeMs !== this.#epoch * 1000) return false;
    const manifest = await stat(this.placeOf(version, 'release.json')).catch(() => undefined);
    // In one tick of the kernel's clock both may have been written.
    if (manifest && seen.ctimeMs < manifest.ctimeMs) return true;
    return (await hashFile(place).catch(() => undefined))?.digest === digest;
  }

  /** Lets `write` fill a file beside its place, and gives it its time, mode and name. */
  async #settle(place: string, write: (part: string) => Promise<void>): Promise<void> {
    const part = path.join(path.dirname(place), `${ownedPrefix(PART)}${randomBytes(4).toString('hex')}.part`);
    try {
      await write(part);
      await chmod(part, 0o644);
      await utimes(part, this.#epoch, this.#epoch);
      await rename(part, place);
    } finally {
      await rm(part, { force: true });
    }
  }
}

/** The bytes that are about to get a release's name are hashed once more: a disk may have changed them since they were made. */
async function demandDigest(copy: string, wanted: Digest, source: string): Promise<void> {
  const found = await hashFile(copy);
  if (found.digest === wanted) return;
  throw new BuildError(storedFileChanged(source, { wanted, found: found.digest }));
}
