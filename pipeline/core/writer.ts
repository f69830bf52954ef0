import type { Json } from './json.ts';

/**
 * What a built-in writer is given, as it travels to its thread; `steps/kit/writer.ts` gives it the types of its kind. Paths are absolute;
 * inputs are read-only; each output must exist when it resolves.
 */
export interface WriterJob {
  readonly inputs: { readonly [name: string]: string };
  readonly outputs: { readonly [name: string]: string };
  readonly options: Json;
  /** Seconds since 1970 for every timestamp in the outputs. */
  readonly epoch: number;
}

/**
 * A built-in writer: bytes in, bytes out, no clock, no randomness, no environment, no network. Each lives in its own file
 * `pipeline/steps/<name>/write.ts` that exports `write`, is bundled by itself, and runs in a worker thread; the digest of that
 * bundle is part of the key of every step that uses it.
 */
export type Writer = (job: WriterJob) => Promise<void>;
