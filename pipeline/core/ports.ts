import type { Digest } from './digest.ts';
import type { BuildEvent } from './event.ts';
import type { Json } from './json.ts';
import type { Blob, Command, Input, Limits } from './step.ts';

/** Bytes by digest. Files in it are read-only and never change. */
export interface BlobStore {
  /** Whether the blob is here and looks untouched since it was stored (size, inode, mtime). */
  has(digest: Digest): Promise<boolean>;
  /** Whether the blob is here, or another store has promised it. `bring` may find that the promise does not hold. */
  isWithinReach(digest: Digest): Promise<boolean>;
  /** Brings a blob here that another store has promised. False where its bytes cannot be had; what was made of them is made anew then. */
  bring(digest: Digest): Promise<boolean>;
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
  /** Name of the executor that ran it, for people. */
  readonly executor: string;
  /** Whether it ran in isolation. What did not never enters a release. */
  readonly isolated: boolean;
  /** Whether another machine ran it. A release takes no such result unless it is told to. */
  readonly isRemote?: boolean;
  readonly outputs: { readonly [name: string]: Blob };
}

/** Bytes of an input, here as a file. */
export interface InputFile {
  readonly digest: Digest;
  /** Absolute path. */
  readonly path: string;
}

/** One run of one action. All its inputs are in the store. */
export type RunRequest = {
  readonly title: string;
  /** The inputs by name. The executor shows them read-only as `/in/<name>`; their digests identify them to a remote one. */
  readonly inputs: { readonly [name: string]: InputFile };
  /** Existing empty folder that will hold the outputs, shown as `/out`. */
  readonly outFolder: string;
  readonly outputs: readonly string[];
  readonly epoch: number;
  readonly limits: Limits;
  readonly signal: AbortSignal;
  /** Whether `/work` stays beside the outputs (`workFolderOf`); the caller removes it. */
  readonly keepsWork?: boolean;
} & (
  | {
      readonly type: 'tool' /** Digest and blob path of the root tar. */;
      readonly image: { readonly digest: Digest; readonly tar: string };
      readonly commands: readonly Command[];
    }
  | { readonly type: 'builtin'; readonly writer: string; readonly options: Json }
);

/** Runs one action. Throws a BuildError of kind `step` with the tool's last words. */
export interface Executor {
  readonly name: string;
  /** Whether a step sees its inputs and its tool image, and nothing else of the machine. */
  readonly isolated: boolean;
  run(request: RunRequest): Promise<void>;
  /** A POSIX script that does the same with `outFolder` and this folder for `/work`, both there and empty; for a person to try. */
  readonly script?: (request: RunRequest, work: string) => Promise<string>;
  /** Ends what it holds open. */
  readonly close?: () => Promise<void>;
}

/** Where a kept `/work` lies. */
export function workFolderOf(outFolder: string): string {
  return `${outFolder}.work`;
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
  /** Waits until everything is drawn. */
  close(): Promise<void>;
}

/** A file that is published: its bytes here, and how many they are. */
export interface PublishedBytes extends InputFile {
  readonly size: number;
}

/** A place that releases are published to: files by version and path, and a pointer to the latest version. */
export interface Destination {
  /** Publishes a version while no other process publishes here. What an earlier one left half-written is removed first. */
  exclusively<T>(version: string, publish: () => Promise<T>): Promise<T>;
  /** A text of a version; undefined where there is none. */
  read(version: string, path: string): Promise<string | undefined>;
  /**
   * Publishes a file, whole or not at all. `isListed`: the manifest that is there lists these bytes already; they are written again only
   * where they were changed since. Bytes that are not those of the digest are refused (`wrong-bytes`). Gives whether it was written.
   */
  put(version: string, path: string, file: PublishedBytes, options: { readonly isListed: boolean }): Promise<boolean>;
  putText(version: string, path: string, text: string): Promise<void>;
  remove(version: string, path: string): Promise<void>;
  /** The version that the pointer shows; undefined where there is none, or its version is gone. */
  latest(): Promise<string | undefined>;
  pointLatestTo(version: string): Promise<void>;
  /** Where a version, or a file of it, is found: for a person. */
  placeOf(version: string, path?: string): string;
}
