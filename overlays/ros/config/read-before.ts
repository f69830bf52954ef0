import type { System } from '../runtime/system.ts';
import { isTree } from './merge.ts';
import { type ReadConfig, readCloudConfig } from './read.ts';

export type Reader = (text: string, file: string) => ReadConfig;

/** In memory, in a folder that only root can read: a configuration may hold passwords. */
const KEPT = '/run/ros/read-before.json';
/** The release's own files as its build has read them: a start without any other file needs no YAML at all. */
export const SHIPPED = '/usr/share/ros/read-before.json';

type Known = Readonly<Record<string, { readonly text: string; readonly read: ReadConfig }>>;

/**
 * Reads configuration files, and reuses the result of an earlier call where the text is the same. A comparison is quick, while parsing and checking
 * take a slow machine half a second at each of a dozen calls of a start. `keep` saves new results.
 */
export function readBefore(system: System): { readonly read: Reader; readonly keep: () => void } {
  const known = parsed(system.readText(KEPT) ?? system.readText(SHIPPED));
  const now: Record<string, Known[string]> = {};
  let isNew = false;
  return {
    read(text, file) {
      const before = known[file];
      const isSame =
        isTree(before) &&
        before.text === text &&
        isTree(before.read) &&
        isTree(before.read.config) &&
        Array.isArray(before.read.problems);
      isNew ||= !isSame;
      const read = isSame ? before.read : readCloudConfig(text, file);
      now[file] = { text, read };
      return read;
    },
    keep() {
      if (!isNew) return;
      try {
        // Renamed, so that no reader sees an incomplete file.
        const file = `${KEPT}.${system.now()}`;
        system.writeText(file, JSON.stringify(now));
        system.rename(file, KEPT);
      } catch {
        // Not root, or not on a running machine: the next call reads the files itself.
      }
    },
  };
}

/** The text of `SHIPPED`, for files that will be at these paths. */
export function readAhead(files: Readonly<Record<string, string>>): string {
  const known = Object.entries(files).map(([file, text]) => [file, { text, read: readCloudConfig(text, file) }]);
  return JSON.stringify(Object.fromEntries(known));
}

function parsed(text: string | undefined): Known {
  try {
    const value: unknown = JSON.parse(text ?? '{}');
    return isTree(value) ? (value as Known) : {};
  } catch {
    return {};
  }
}
