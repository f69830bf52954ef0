import { MAX_CHARACTERS } from '../config/document.ts';
import { writeFile } from '../config/files.ts';
import { fetchText } from '../runtime/fetch-text.ts';
import { must } from '../runtime/run.ts';
import type { System } from '../runtime/system.ts';
import { withoutPasswords } from '../runtime/without-passwords.ts';

/** Definitions that were fetched, each in a file named by the MD5 of its URL, as in RancherOS 1. */
const CACHE = '/var/lib/rancher/cache';

export const isUrl = (name: string): boolean => /^https?:\/\//.test(name);

/** A definition that was fetched from a URL earlier. */
export function cachedDefinition(system: System, url: string): string | undefined {
  return system.readText(fileOf(system, url));
}

/** Fetches a URL and keeps it. Gives a sentence when that is not possible. */
export function fetchDefinition(system: System, url: string): string | undefined {
  const { text, error } = fetchText(system, url, { maxBytes: MAX_CHARACTERS });
  if (text === undefined) return error;
  if (text.trim() === '') return `${withoutPasswords(url)} is empty`;
  writeFile(system, fileOf(system, url), text);
  return undefined;
}

function fileOf(system: System, url: string): string {
  const [sum = ''] = must(system, ['md5sum'], { stdin: url }).split(' ');
  return `${CACHE}/${sum}`;
}
