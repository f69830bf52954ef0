import { createHash, randomBytes } from 'node:crypto';
import type { Stats } from 'node:fs';
import { chmod, lstat, mkdtemp, open, rename, rm, stat, utimes } from 'node:fs/promises';
import path from 'node:path';
import { type Digest, digestFromHex, hexOf } from '../core/digest.ts';
import { BuildError } from '../core/failure.ts';
import type { BlobStore } from '../core/ports.ts';
import type { Blob } from '../core/step.ts';
import { diskFailure } from '../host/disk-failure.ts';
import { hashFile } from '../host/hash-file.ts';
import { FRESH_MILLISECONDS } from '../host/last-use.ts';
import { makeDirectory } from '../host/make-directory.ts';
import { ownedPrefix, removeOrphans } from '../host/owner.ts';
import type { SharedUse } from '../host/shared-use.ts';
import * as messages from './messages.ts';

/** Every stored file gets this mtime (seconds): whoever writes into one later moves it, and the blob is hashed again. */
const UNTOUCHED = 946_684_800;

/**
 * Content-addressed files below one folder: `sha256/ab/<hex>` read-only, `tmp/` for what is not finished.
 * A blob appears by rename only, after its bytes are on disk, so a kill at any moment leaves no wrong blob.
 */
export class FileBlobStore implements BlobStore {
  readonly #folder: string;
  readonly #paranoid: boolean;
  readonly #use: SharedUse | undefined;
  readonly #checked = new Set<Digest>();
  #bytesWritten = 0;

  constructor(options: {
    readonly folder: string;
    /** Hash every blob once per run before trusting it. */
    readonly paranoid?: boolean;
    /** Leases of the store; without them nobody else removes from it. */
    readonly use?: SharedUse;
  }) {
    this.#folder = options.folder;
    this.#paranoid = options.paranoid ?? false;
    this.#use = options.use;
  }

  /** What this process has added to the store so far, in bytes on the disk. */
  get bytesWritten(): number {
    return this.#bytesWritten;
  }

  /** Makes the folder, and removes what processes left unfinished that are gone. A folder that cannot be is told once, before any step. */
  async prepare(): Promise<void> {
    const folder = path.join(this.#folder, 'tmp');
    await makeDirectory(folder).catch((error: unknown) => {
      throw diskFailure(error, this.#folder);
    });
    await removeOrphans(folder);
  }

  pathOf(digest: Digest): string {
    const hex = hexOf(digest);
    return path.join(this.#folder, 'sha256', hex.slice(0, 2), hex);
  }

  async has(digest: Digest): Promise<boolean> {
    if (this.#checked.has(digest)) return true;
    let seen = await this.#lookAt(digest);
    if (seen && Date.now() - seen.atimeMs > FRESH_MILLISECONDS) {
      // The time alone: who wrote into the file must still be seen. Not in a store that another user filled: that one's own builds keep it fresh.
      await utimes(this.pathOf(digest), Date.now() / 1000, seen.mtimeMs / 1000).catch(() => undefined);
      if (await this.#use?.waitForExclusive()) seen = await this.#lookAt(digest);
    }
    if (!seen) return false;
    if (this.#paranoid || seen.mtimeMs !== UNTOUCHED * 1000) {
      try {
        await this.verify(digest);
      } catch (error) {
        if (error instanceof BuildError) return false;
        throw error;
      }
    }
    this.#checked.add(digest);
    return true;
  }

  /** The file of a blob. Anything else in its place, such as a link to a file that somebody may change, is removed and none. */
  async #lookAt(digest: Digest): Promise<Stats | undefined> {
    const place = this.pathOf(digest);
    const seen = await lstat(place).catch(() => undefined);
    if (!seen || seen.isFile()) return seen;
    await rm(place, { recursive: true, force: true });
    return undefined;
  }

  isWithinReach(digest: Digest): Promise<boolean> {
    return this.has(digest);
  }

  bring(digest: Digest): Promise<boolean> {
    return this.has(digest);
  }

  async sizeOf(digest: Digest): Promise<number> {
    return (await stat(this.pathOf(digest))).size;
  }

  async verify(digest: Digest): Promise<void> {
    const file = this.pathOf(digest);
    const found = await hashFile(file);
    if (found.digest !== digest) {
      this.#checked.delete(digest);
      await rm(file, { force: true });
      throw new BuildError(messages.storedFileChanged(file, { wanted: digest, found: found.digest }));
    }
    await markUntouched(file).catch(() => undefined);
  }

  async adopt(file: string): Promise<Blob> {
    try {
      const handle = await open(file, 'r');
      try {
        await handle.sync();
      } finally {
        await handle.close();
      }
      const blob = await hashFile(file);
      await this.#publish(file, blob.digest);
      return blob;
    } catch (error) {
      throw diskFailure(error, this.#folder);
    }
  }

  async put(
    bytes: AsyncIterable<Uint8Array>,
    expected?: { readonly digest: Digest; readonly size?: number },
  ): Promise<Blob> {
    const folder = path.join(this.#folder, 'tmp');
    const temporary = path.join(folder, `${ownedPrefix('put')}${randomBytes(8).toString('hex')}`);
    try {
      await makeDirectory(folder);
      const hash = createHash('sha256');
      let size = 0;
      const handle = await open(temporary, 'wx', 0o600);
      try {
        for await (const chunk of bytes) {
          size += chunk.byteLength;
          if (expected?.size !== undefined && size > expected.size) throw wrongSize(expected.size, size);
          hash.update(chunk);
          await handle.writeFile(chunk);
        }
        await handle.sync();
      } finally {
        await handle.close();
      }
      const digest = digestFromHex(hash.digest('hex'));
      if (expected?.size !== undefined && size !== expected.size) throw wrongSize(expected.size, size);
      if (expected && digest !== expected.digest) {
        throw new BuildError(messages.otherDigestReceived({ wanted: expected.digest, received: digest }));
      }
      await this.#publish(temporary, digest);
      return { digest, size };
    } catch (error) {
      throw diskFailure(error, this.#folder);
    } finally {
      // The trouble that led here is the one to tell.
      await rm(temporary, { force: true }).catch(() => undefined);
    }
  }

  async scratch(): Promise<string> {
    const folder = path.join(this.#folder, 'tmp');
    try {
      await makeDirectory(folder);
      return await mkdtemp(path.join(folder, ownedPrefix('step')));
    } catch (error) {
      throw diskFailure(error, this.#folder);
    }
  }

  async #publish(file: string, digest: Digest): Promise<void> {
    const place = this.pathOf(digest);
    await makeDirectory(path.dirname(place));
    await chmod(file, 0o444);
    await markUntouched(file);
    const { blocks } = await stat(file);
    await rename(file, place);
    this.#bytesWritten += blocks * 512;
    this.#checked.add(digest);
  }
}

/** Sets the fixed mtime, and the access time by which `gc` sees when a blob was last of use. */
async function markUntouched(file: string): Promise<void> {
  await utimes(file, Date.now() / 1000, UNTOUCHED);
}

function wrongSize(wanted: number, received: number): BuildError {
  return new BuildError(messages.otherSizeReceived({ wanted, received }));
}
