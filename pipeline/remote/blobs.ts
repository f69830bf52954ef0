import type { Digest } from '../core/digest.ts';
import type { ActionRecord, BlobStore, Report } from '../core/ports.ts';
import type { Blob } from '../core/step.ts';
import type { RemoteClient } from './client.ts';
import { brokenPromise } from './notes.ts';

/** Bytes between two progress events. */
const PROGRESS_STEP = 1024 * 1024;

interface Promised {
  readonly size: number;
  /** Title of the step that made it. */
  readonly title: string;
}

/** A store that can bring bytes from a remote cache, which are verified while they come. All else is the local store's. */
export class RemoteBlobStore implements BlobStore {
  readonly #local: BlobStore;
  readonly #client: RemoteClient;
  readonly #report: Report;
  readonly #promised = new Map<Digest, Promised>();
  readonly #broken = new Set<Digest>();
  readonly #running = new Map<Digest, Promise<boolean>>();
  #isBrokenTold = false;

  constructor(options: { readonly local: BlobStore; readonly client: RemoteClient; readonly report: Report }) {
    this.#local = options.local;
    this.#client = options.client;
    this.#report = options.report;
  }

  /** Takes the outputs of a record of the remote cache as bytes that it has. */
  expect({ title, outputs }: ActionRecord): void {
    for (const { digest, size } of Object.values(outputs)) this.#promised.set(digest, { size, title });
  }

  async isWithinReach(digest: Digest): Promise<boolean> {
    if (await this.#local.has(digest)) return true;
    return this.#promised.has(digest) && !this.#broken.has(digest) && this.#client.whyGivenUp === undefined;
  }

  async bring(digest: Digest): Promise<boolean> {
    if (await this.#local.has(digest)) return true;
    const promised = this.#promised.get(digest);
    if (!promised || this.#broken.has(digest)) return false;
    let running = this.#running.get(digest);
    if (!running) {
      running = this.#download(digest, promised).finally(() => this.#running.delete(digest));
      this.#running.set(digest, running);
    }
    return running;
  }

  async #download(digest: Digest, { size, title }: Promised): Promise<boolean> {
    const name = `result of ${title}`;
    let told: number | undefined;
    const onProgress = (received: number): void => {
      if (told === undefined) this.#report({ type: 'download-start', name, bytes: size });
      told ??= 0;
      if (received - told < PROGRESS_STEP && received !== size) return;
      told = received;
      this.#report({ type: 'download-progress', name, received, bytes: size });
    };
    const take = (bytes: AsyncIterable<Uint8Array>): Promise<Blob> => this.#local.put(bytes, { digest, size });
    const blob = await this.#client.read({ part: 'cas', digest, name: title, size }, take, onProgress);
    if (blob) {
      this.#report({ type: 'download-end', name, bytes: size });
      return true;
    }
    this.#broken.add(digest);
    if (!this.#isBrokenTold && this.#client.whyGivenUp === undefined)
      this.#report({ type: 'note', level: 'warning', message: brokenPromise(this.#client.url, title) });
    this.#isBrokenTold = true;
    return false;
  }

  has(digest: Digest): Promise<boolean> {
    return this.#local.has(digest);
  }

  pathOf(digest: Digest): string {
    return this.#local.pathOf(digest);
  }

  adopt(file: string): Promise<Blob> {
    return this.#local.adopt(file);
  }

  put(bytes: AsyncIterable<Uint8Array>, expected?: { readonly digest: Digest; readonly size?: number }): Promise<Blob> {
    return this.#local.put(bytes, expected);
  }

  sizeOf(digest: Digest): Promise<number> {
    return this.#local.sizeOf(digest);
  }

  verify(digest: Digest): Promise<void> {
    return this.#local.verify(digest);
  }

  scratch(): Promise<string> {
    return this.#local.scratch();
  }
}
