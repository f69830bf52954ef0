import type { Digest } from './digest.ts';
import type { Json } from './json.ts';

/** CPU architectures by Debian's names. */
export type Arch = 'amd64' | 'arm64';

/** What a blob is, so that the compiler refuses a squashfs where a tar is wanted. */
export type ArtifactKind =
  | 'tar'
  | 'tool-image'
  | 'package'
  | 'squashfs'
  | 'cpio'
  | 'initrd'
  | 'kernel'
  | 'fat'
  | 'ext4'
  | 'iso'
  /** A raw disk, with holes. */
  | 'disk'
  /** A disk in a container of its own: VHD, VHDX, VMDK, qcow2. */
  | 'virtual-disk'
  | 'ova'
  | 'gzip'
  | 'zip'
  | 'zstd'
  | 'text'
  /** JSON of a `PieceList`. */
  | 'pieces'
  | 'json'
  | 'file';

/** Position of a step in its graph. */
export type StepId = number & { readonly stepId: true };

/** A promise of a blob: output `output` of step `step`. */
export interface Artifact<K extends ArtifactKind = ArtifactKind> {
  readonly from: 'step';
  readonly step: StepId;
  readonly output: string;
  readonly kind: K;
}

/** A Debian package whose bytes the lock names. */
export interface PackagePin {
  readonly from: 'debian';
  readonly name: string;
  readonly version: string;
  readonly arch: Arch | 'all';
  /** Which archive of the lock holds it, e.g. `debian` or `debian-security`. */
  readonly archive: string;
  /** Path below the archive's root, `pool/main/…`. */
  readonly path: string;
  /** Bytes. */
  readonly size: number;
  readonly digest: Digest;
}

/** A file that is fetched from one of several addresses and must have this digest. */
export interface UrlPin {
  readonly from: 'url';
  readonly name: string;
  readonly urls: readonly string[];
  readonly size: number;
  readonly digest: Digest;
}

/** A file of this repository, or a folder, which becomes a canonical tar. The path is POSIX and relative to the top. */
export interface RepositoryInput {
  readonly from: 'repository';
  readonly path: string;
  /** Where the path starts: at the top of this repository, or at the directory of a project's rancheros.yaml. */
  readonly of?: 'product';
}

/** Anything from outside, fixed before the build. */
export type Input = PackagePin | UrlPin | RepositoryInput;

/** Where an input of a step comes from. */
export type InputRef = Artifact | Input;

/** One program run in isolation. Inputs are files `/in/<name>`, outputs `/out/<name>`, the working folder `/work`. */
export type Command = {
  /** Passed to execve as it is, but for `{size}` where there are `pieces`; never a shell line. */
  readonly argv: readonly [string, ...string[]];
  /** Absolute path of an input, a text whose words follow those of argv: arguments that are only known while building. */
  readonly words?: string;
  /** Absolute path below /out or /work that receives standard output. */
  readonly stdout?: string;
  readonly env?: { readonly [name: string]: string };
} & StandardInput;

type StandardInput =
  /** Absolute path below /in or /work. */
  | { readonly stdin?: string; readonly pieces?: never }
  /**
   * Absolute path of an input, a `PieceList` that is put together while the program reads; it cannot open it as /dev/stdin. `{size}` in argv
   * becomes its bytes.
   */
  | { readonly pieces: string; readonly stdin?: never };

/** What a step does: native tools from a tool image, or one of our writers. */
export type Action =
  | {
      readonly type: 'tool';
      readonly image: Artifact<'tool-image'>;
      readonly commands: readonly [Command, ...Command[]];
    }
  | { readonly type: 'builtin'; readonly writer: string; readonly options: Json };

/** Bounds a step may not pass. */
export interface Limits {
  readonly memoryMiB: number;
  readonly seconds: number;
}

/** One node of the graph. Plain data; it never runs anything. */
export interface Step {
  readonly id: StepId;
  /** Name of the folder in `pipeline/steps`, e.g. `squashfs`. */
  readonly kind: string;
  /** What a person reads in progress and errors, e.g. `squashfs engine`. */
  readonly title: string;
  readonly action: Action;
  readonly inputs: { readonly [name: string]: InputRef };
  readonly outputs: { readonly [name: string]: ArtifactKind };
  /** Seconds since 1970 that every timestamp in the outputs is clamped to. */
  readonly epoch: number;
  readonly limits: Limits;
}

/** A file at rest in the store. */
export interface Blob {
  readonly digest: Digest;
  /** Bytes. */
  readonly size: number;
}
