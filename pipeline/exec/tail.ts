const KEPT_BYTES = 8192;

/** The last words of a program: what it said, but for the end, is forgotten. */
export class Tail {
  #bytes: Buffer = Buffer.alloc(0);

  add(chunk: Uint8Array): void {
    this.#bytes = Buffer.concat([this.#bytes, chunk]).subarray(-KEPT_BYTES);
  }

  /** A character that was cut at the front shows as a mark. */
  get text(): string {
    return this.#bytes.toString('utf8');
  }
}
