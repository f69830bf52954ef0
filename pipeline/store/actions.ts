import { randomUUID } from 'node:crypto';
import { readFile, rename, rm, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { type Digest, digestOf, hexOf, isDigest } from '../core/digest.ts';
import type { ActionCache, ActionRecord } from '../core/ports.ts';
import { diskFailure } from '../host/disk-failure.ts';
import { renewLastUse } from '../host/last-use.ts';
import { makeDirectory } from '../host/make-directory.ts';

/** Earlier versions stored no `isolated`: one executor of theirs did not isolate. */
type StoredRecord = Omit<ActionRecord, 'isolated'> & { readonly isolated?: boolean };
const UNISOLATED = 'none';

/**
 * Action records as small files `actions/ab/<hex of key>`: one line of JSON, behind it its own digest, so that a torn or
 * edited record reads as absent instead of as a wrong answer.
 */
export class FileActionCache implements ActionCache {
  readonly #folder: string;
  readonly #refusesRemote: boolean;
  /** What was found or set: a build looks at each record when it plans, when it runs, and when it remembers its plan. */
  readonly #known = new Map<Digest, ActionRecord>();

  constructor(
    folder: string,
    {
      refusesRemote = false,
    }: {
      /** Whether what another machine made reads as absent. */
      readonly refusesRemote?: boolean;
    } = {},
  ) {
    this.#folder = folder;
    this.#refusesRemote = refusesRemote;
  }

  async get(key: Digest): Promise<ActionRecord | undefined> {
    const known = this.#known.get(key) ?? (await this.#read(key));
    if (known) this.#known.set(key, known);
    return known;
  }

  async #read(key: Digest): Promise<ActionRecord | undefined> {
    const text = await readFile(this.#pathOf(key), 'utf8').catch(() => undefined);
    if (text === undefined) return undefined;
    const [body, seal] = text.split('\n');
    if (body === undefined || seal !== digestOf(body)) return undefined;
    const record = JSON.parse(body) as StoredRecord;
    if (record.isRemote && this.#refusesRemote) return undefined;
    for (const blob of Object.values(record.outputs)) if (!isDigest(blob.digest)) return undefined;
    await renewLastUse(this.#pathOf(key));
    return { ...record, isolated: record.isolated ?? record.executor !== UNISOLATED };
  }

  async set(key: Digest, record: ActionRecord): Promise<void> {
    const place = this.#pathOf(key);
    const temporary = `${place}.${randomUUID()}`;
    const body = JSON.stringify(record);
    try {
      await makeDirectory(path.dirname(place));
      await writeFile(temporary, `${body}\n${digestOf(body)}\n`, { flush: true });
      await rename(temporary, place);
      this.#known.set(key, record);
    } catch (error) {
      await rm(temporary, { force: true });
      throw diskFailure(error, this.#folder);
    }
  }

  #pathOf(key: Digest): string {
    const hex = hexOf(key);
    return path.join(this.#folder, hex.slice(0, 2), hex);
  }
}
