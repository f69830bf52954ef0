import { compareCodeUnits } from '../core/json.ts';

export type EntryType = 'file' | 'link' | 'symlink' | 'directory' | 'character-device' | 'block-device' | 'fifo';

/** What a tar says of one member, its contents aside. */
export interface TarEntry {
  /** Relative, POSIX, no trailing slash; `''` is the root. */
  readonly path: string;
  readonly type: EntryType;
  /** Permission bits with setuid, setgid and sticky: 0 to 0o7777. */
  readonly mode: number;
  readonly uid: number;
  readonly gid: number;
  /** Seconds since 1970, whole. */
  readonly mtime: number;
  /** Bytes of contents; 0 for everything but `file`. */
  readonly size: number;
  /** Of a `symlink` its text, of a `link` the path of the member it is another name of. */
  readonly target?: string;
  /** Of devices. */
  readonly device?: Device;
  /** Extended attributes by their full name, e.g. `security.capability`. */
  readonly xattrs?: { readonly [name: string]: Uint8Array };
}

export interface Device {
  readonly major: number;
  readonly minor: number;
}

/**
 * The order of members in a canonical tar: by path, code unit by code unit. A parent is a prefix of its children and so comes
 * before them.
 */
export function byPath(a: { readonly path: string }, b: { readonly path: string }): number {
  return compareCodeUnits(a.path, b.path);
}
