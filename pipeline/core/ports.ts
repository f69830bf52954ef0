import type { Digest } from './digest.ts';
import type { BuildEvent } from './event.ts';
import type { Json } from './json.ts';
import type { Blob, Command, Input, Limits } from './step.ts';

/** Bytes by digest. Files in it are read-only and never change. */
export interface BlobStore {
  /** Whether the blob is here and looks untouched since it was stored (size, inode, mtime). */
  has(digest: Digest): Promise<boolean>;
  /** Absolute path of the blob's file. */
  pathOf(digest: Digest): string;
  /** Takes a finished file into the store (hashing it; the file is moved when on the same file system). */
  adopt(file: string): Promise<Blob>;
  /** Stores what a stream brings; with `expected`, other bytes are refused (`wrong-bytes`) and leave no trace. */
  put(bytes: AsyncIterable<Uint8Array>, expected?: { readonly digest: Digest; readonly size?: number }): Promise<Blob>;
  /** Size of a blob in bytes. */
  sizeOf(digest: Digest): Promise<number>;
  /** Hashes the blob's bytes again; a mismatch removes the blob and throws `wrong-bytes`. */
  verify(digest: Digest): Promise<void>;
  /** A fresh, empty folder on the store's file system, for `adopt`; the caller removes it. */
  scratch(): Promise<string>;
}

/** What an action made, by key. */
export interface ActionCache {
  get(key: Digest): Promise<ActionRecord | undefined>;
  set(key: Digest, record: ActionRecord): Promise<void>;
}

export interface ActionRecord {
  readonly title: string;
  /** Name of the executor that ran it; what `UNISOLATED` made never enters a release. */
  readonly executor: string;
  readonly outputs: { readonly [name: string]: Blob };
}

/** One isolated run, all inputs already bytes. */
export type RunRequest = {
  readonly title: string;
  /** Absolute paths of the inputs, by name; the executor shows them read-only as `/in/<name>`. */
  readonly inputs: { readonly [name: string]: string };
  /** Existing empty folder that will hold the outputs, shown as `/out`. */
  readonly outFolder: string;
  readonly outputs: readonly string[];
  readonly epoch: number;
  readonly limits: Limits;
  readonly signal: AbortSignal;
} & (
  | {
      readonly type: 'tool' /** Digest and blob path of the root tar. */;
      readonly image: { readonly digest: Digest; readonly tar: string };
      readonly commands: readonly Command[];
    }
  | { readonly type: 'builtin'; readonly writer: string; readonly options: Json }
);

/** Name of the executor that isolates nothing. */
export const UNISOLATED = 'none';

/** Runs one action. Throws a BuildError of kind `step` with the tool's last words. */
export interface Executor {
  readonly name: string;
  run(request: RunRequest): Promise<void>;
}

/** Brings an input into the store. */
export interface Fetcher {
  /** The input's blob; progress goes to `report`. Wrong bytes leave no trace. */
  fetch(input: Input, options: { readonly report: Report; readonly signal: AbortSignal }): Promise<Blob>;
}

export type Report = (event: BuildEvent) => void;

/** Shows events to a person or a machine. */
export interface Reporter {
  readonly report: Report;
  /** WaitOptions until everything is drawn. */
  close(): Promise<void>;
}
