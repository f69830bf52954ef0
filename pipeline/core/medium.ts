import type { Digest } from './digest.ts';
import type { Artifact, Blob, InputRef } from './step.ts';

/** What a release file is, whatever its name. `verify` has a reader for each. */
const MEDIUM_KINDS = [
  'iso',
  'kernel',
  'initrd',
  'rootfs',
  'console-image',
  'disk-zst',
  'vhd-zst',
  'qcow2',
  'vhd',
  'vhdx',
  'vmdk',
  'ova',
  'gce-archive',
  'card-zip',
  'aws-image',
  'ipxe',
] as const;
export type MediumKind = (typeof MEDIUM_KINDS)[number];

export function isMediumKind(word: unknown): word is MediumKind {
  return (MEDIUM_KINDS as readonly unknown[]).includes(word);
}

/** What a recipe says of a release file that it makes. */
export interface Medium {
  readonly kind: MediumKind;
  /** Machines that it is for, where they are not those of its target. */
  readonly platform?: string;
  /** The files on it, by their paths there: every layer, kernel and initrd. */
  readonly contents: { readonly [path: string]: InputRef };
  /** Files that it is, one after another. */
  readonly parts?: readonly Artifact[];
  /** JSON of `Measures`: what cannot be told from a single artifact. */
  readonly measures?: Artifact<'json'>;
}

/** Digests of what a file unpacks to, which nobody stores: `disk` as in `DiskDigest`, `tar` of all bytes. */
export interface Measures {
  readonly disk?: Blob;
  readonly tar?: Blob;
}

/** What is in a release file, by digests. */
export interface MediumContents extends Measures {
  readonly files: { readonly [path: string]: Blob };
  readonly parts?: readonly { readonly digest: Digest; readonly size: number }[];
}
