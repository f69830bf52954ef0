import type { Digest } from '../core/digest.ts';
import type { ActionCache, ActionRecord, BlobStore } from '../core/ports.ts';
import { SourceTrouble } from '../fetch/source-trouble.ts';
import type { RemoteBlobStore } from './blobs.ts';
import type { RemoteClient } from './client.ts';
import { decodeRecord, MOST_RECORD_BYTES } from './record.ts';

/** What a layer of results reads from. */
export interface RemoteReading {
  readonly client: RemoteClient;
  readonly blobs: RemoteBlobStore;
}

/**
 * Results of the local store, and behind them those of a remote one: what the latter names is kept here as such, and its bytes are promised
 * and not fetched. `onLocal` is told what this machine has, found or made.
 */
export class RemoteActionCache implements ActionCache {
  readonly #local: ActionCache;
  readonly #store: BlobStore;
  readonly #reading: RemoteReading | undefined;
  readonly #onLocal: (key: Digest, record: ActionRecord) => void;
  readonly #asked = new Map<Digest, Promise<ActionRecord | undefined>>();

  constructor(options: {
    readonly local: ActionCache;
    readonly store: BlobStore;
    /** Nothing is read without it. */
    readonly reading?: RemoteReading | undefined;
    readonly onLocal?: ((key: Digest, record: ActionRecord) => void) | undefined;
  }) {
    this.#local = options.local;
    this.#store = options.store;
    this.#reading = options.reading;
    this.#onLocal = options.onLocal ?? (() => undefined);
  }

  async get(key: Digest): Promise<ActionRecord | undefined> {
    const local = await this.#local.get(key);
    if (local && (await this.#isHere(local))) {
      this.#onLocal(key, local);
      return local;
    }
    if (!this.#reading) return local;
    if (local?.isRemote) {
      this.#reading.blobs.expect(local);
      return local;
    }
    let asked = this.#asked.get(key);
    if (!asked) {
      asked = this.#ask(key, this.#reading);
      this.#asked.set(key, asked);
    }
    return (await asked) ?? local;
  }

  async set(key: Digest, record: ActionRecord): Promise<void> {
    await this.#local.set(key, record);
    this.#onLocal(key, record);
  }

  async #ask(key: Digest, { client, blobs }: RemoteReading): Promise<ActionRecord | undefined> {
    const record = await client.read({ part: 'ac', digest: key, name: key }, async (bytes) => {
      const found = decodeRecord(key, await textOf(bytes));
      if (!found) throw new SourceTrouble('wrong', 'no result of an isolated step under this key');
      return found;
    });
    if (!record) return undefined;
    await this.#local.set(key, record);
    blobs.expect(record);
    return record;
  }

  async #isHere({ outputs }: ActionRecord): Promise<boolean> {
    for (const { digest } of Object.values(outputs)) if (!(await this.#store.has(digest))) return false;
    return true;
  }
}

async function textOf(bytes: AsyncIterable<Uint8Array>): Promise<string> {
  const pieces: Uint8Array[] = [];
  let size = 0;
  for await (const piece of bytes) {
    size += piece.byteLength;
    if (size > MOST_RECORD_BYTES) throw new SourceTrouble('wrong', `a result of more than ${MOST_RECORD_BYTES} bytes`);
    pieces.push(piece);
  }
  return Buffer.concat(pieces).toString('utf8');
}
