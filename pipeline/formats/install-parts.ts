import type { Json } from '../core/json.ts';
import { type DiskPlan, parseDiskPlan } from './disk-layout.ts';
import { wrongBytes } from './wrong-bytes.ts';

/**
 * What `ros install` needs, beside the files of its medium, to write the very disk that the build composes: `install.json` in the
 * medium's `rancheros/install.squashfs`. The boot file system is not carried whole, since nearly all of it lies on the medium as
 * files: here stands where in it each of them goes, and `rest` holds every other byte that is not zero.
 */
export interface InstallParts {
  /** Of the release that is installed. */
  readonly version: string;
  readonly plan: DiskPlan;
  /** Files of the medium, which lie whole in the boot file system. */
  readonly files: readonly MediumFile[];
  /** Pieces of the file `rest`, one after the other, and where in the boot file system they go. */
  readonly rest: readonly PieceOfRest[];
  /** Where in the boot file system the kernel arguments of this disk stand: a file of fixed size, in `rest`. */
  readonly append: Span;
}

/** Bytes of the boot file system: offset from its start, and how many. */
export interface Span {
  readonly offset: number;
  readonly length: number;
}

/** Bytes of `rest`, in the order of the file. */
export type PieceOfRest = Span;

export interface MediumFile {
  /** From the folder that holds `rancheros/` and `boot/`. */
  readonly path: string;
  /** Bytes. */
  readonly size: number;
  /** In hex. */
  readonly sha256: string;
  /** Offset in the boot file system, where it lies in a row. */
  readonly offset: number;
}

/** Where in the file `rest` a byte of the boot file system stands. Throws `wrong-bytes` where `rest` does not hold it. */
export function placeInRest(parts: InstallParts, offset: number): number {
  let start = 0;
  for (const piece of parts.rest) {
    if (offset >= piece.offset && offset < piece.offset + piece.length) return start + offset - piece.offset;
    start += piece.length;
  }
  throw wrongBytes(`Byte ${offset} of the boot file system is in no piece of the rest.`);
}

/** `install.json` read. Throws `wrong-bytes` naming `what` where something is missing. */
export function parseInstallParts(value: Json, what: string): InstallParts {
  const refuse = (): never => {
    throw wrongBytes(`${what} is not the description of an installation.`);
  };
  const record = (each: Json | undefined): { readonly [name: string]: Json | undefined } =>
    typeof each === 'object' && each !== null && !Array.isArray(each)
      ? (each as { readonly [name: string]: Json | undefined })
      : refuse();
  const list = (each: Json | undefined): readonly Json[] =>
    Array.isArray(each) ? (each as readonly Json[]) : refuse();
  const text = (each: Json | undefined): string => (typeof each === 'string' ? each : refuse());
  const count = (each: Json | undefined): number =>
    typeof each === 'number' && Number.isSafeInteger(each) && each >= 0 ? each : refuse();
  const span = (each: Json | undefined): Span => {
    const { offset, length } = record(each);
    return { offset: count(offset), length: count(length) };
  };
  const { version, plan, files, rest, append } = record(value);
  return {
    version: text(version),
    plan: parseDiskPlan(plan ?? null, what),
    files: list(files).map((each) => {
      const { path, size, sha256, offset } = record(each);
      return { path: text(path), size: count(size), sha256: text(sha256), offset: count(offset) };
    }),
    rest: list(rest).map(span),
    append: span(append),
  };
}
