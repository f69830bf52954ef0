import { createHash } from 'node:crypto';
import { createReadStream } from 'node:fs';
import { type Digest, digestFromHex } from '../core/digest.ts';
import type { ActionRecord, BlobStore } from '../core/ports.ts';
import type { Blob } from '../core/step.ts';
import { SourceTrouble } from '../fetch/source-trouble.ts';
import type { RemoteClient } from './client.ts';
import { encodeRecord } from './record.ts';

/** What a remote cache was given. */
export interface Uploaded {
  readonly results: number;
  readonly bytes: number;
}

/**
 * Gives results to a remote cache while the build goes on: bytes first, then the record that names them. What ran without isolation, and what
 * the server has, is left out. Trouble with it is the client's to tell and spoils no build.
 */
export class Uploads {
  readonly #client: RemoteClient;
  readonly #store: BlobStore;
  readonly #offered = new Map<Digest, Promise<void>>();
  readonly #sent = new Map<Digest, Promise<boolean>>();
  #results = 0;
  #bytes = 0;

  constructor(options: { readonly client: RemoteClient; readonly store: BlobStore }) {
    this.#client = options.client;
    this.#store = options.store;
  }

  /** Takes a result whose bytes are in the store, each key once. */
  offer(key: Digest, record: ActionRecord): void {
    if (!record.isolated || record.isRemote || this.#offered.has(key)) return;
    // What is thrown is an interruption, or trouble with the local disk that the build itself meets.
    this.#offered.set(
      key,
      this.#give(key, record).catch(() => undefined),
    );
  }

  /** Waits until all that was offered is there or given up. */
  async finish(): Promise<Uploaded> {
    await Promise.all(this.#offered.values());
    return { results: this.#results, bytes: this.#bytes };
  }

  async #give(key: Digest, record: ActionRecord): Promise<void> {
    const { title, outputs } = record;
    if (await this.#client.has({ part: 'ac', digest: key, name: title })) return;
    const given = await Promise.all(Object.values(outputs).map((blob) => this.#giveOnce(blob, title)));
    if (given.includes(false)) return;
    const text = Buffer.from(encodeRecord(key, record));
    const bytes = { size: text.byteLength, bytes: inOnePiece(text) };
    if (await this.#client.write({ part: 'ac', digest: key, name: title }, bytes)) this.#results++;
  }

  #giveOnce(blob: Blob, name: string): Promise<boolean> {
    let sent = this.#sent.get(blob.digest);
    if (!sent) {
      sent = this.#giveBlob(blob, name);
      this.#sent.set(blob.digest, sent);
    }
    return sent;
  }

  async #giveBlob({ digest, size }: Blob, name: string): Promise<boolean> {
    if (await this.#client.has({ part: 'cas', digest, name })) return true;
    const bytes = verified(createReadStream(this.#store.pathOf(digest)), digest);
    const isTaken = await this.#client.write({ part: 'cas', digest, name }, { size, bytes });
    if (isTaken) this.#bytes += size;
    return isTaken;
  }
}

/** The last piece goes out only when all are known to be right: a server that lacks it does not take the file. */
async function* verified(
  pieces: AsyncIterable<Uint8Array>,
  digest: Digest,
): AsyncGenerator<Uint8Array, void, undefined> {
  const hash = createHash('sha256');
  let last: Uint8Array | undefined;
  for await (const piece of pieces) {
    hash.update(piece);
    if (last) yield last;
    last = piece;
  }
  if (digestFromHex(hash.digest('hex')) !== digest) throw new SourceTrouble('missing', 'its bytes here were changed');
  if (last) yield last;
}

async function* inOnePiece(bytes: Uint8Array): AsyncGenerator<Uint8Array, void, undefined> {
  yield bytes;
}
