import { MAX_CHARACTERS } from '../config/document.ts';
import { writeFile } from '../config/files.ts';
import { sendAll } from '../runtime/http.ts';
import { must } from '../runtime/run.ts';
import type { System } from '../runtime/system.ts';

/** Definitions that were fetched, each in a file named by the MD5 of its URL, as in RancherOS 1. */
const CACHE = '/var/lib/rancher/cache';
/** What curl ends with when an answer has more bytes than allowed. */
const TOO_LARGE = 63;

export const isUrl = (name: string): boolean => /^https?:\/\//.test(name);

/** What was fetched from a URL some time ago. */
export function cachedDefinition(system: System, url: string): string | undefined {
  return system.readText(fileOf(system, url));
}

/** Fetches a URL and keeps it. Gives a sentence when that is not possible. */
export function fetchDefinition(system: System, url: string): string | undefined {
  const request = { method: 'GET', url, maxTime: 30, maxBytes: MAX_CHARACTERS, redirects: 5 } as const;
  const [response] = sendAll(system, [request]);
  const { status = 0, body = '', curl = 0 } = response ?? {};
  if (curl === TOO_LARGE) return `${url} is larger than ${MAX_CHARACTERS / 1024} KiB`;
  if (status === 0) return `${url} does not answer; is there a network?`;
  if (status !== 200) return `${url} answers with status ${status}`;
  if (body.trim() === '') return `${url} is empty`;
  writeFile(system, fileOf(system, url), body);
  return undefined;
}

function fileOf(system: System, url: string): string {
  const [sum = ''] = must(system, ['md5sum'], { stdin: url }).split(' ');
  return `${CACHE}/${sum}`;
}
