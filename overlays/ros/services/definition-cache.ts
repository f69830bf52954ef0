import { writeFile } from '../config/files.ts';
import { sendAll } from '../runtime/http.ts';
import { must } from '../runtime/run.ts';
import type { System } from '../runtime/system.ts';

/** Definitions that were fetched, each in a file named by the MD5 of its URL, as in RancherOS 1. */
const CACHE = '/var/lib/rancher/cache';

export const isUrl = (name: string): boolean => /^https?:\/\//.test(name);

/** What was fetched from a URL some time ago. */
export function cachedDefinition(system: System, url: string): string | undefined {
  return system.readText(fileOf(system, url));
}

/** Fetches a URL and keeps it. Gives a sentence when that is not possible. */
export function fetchDefinition(system: System, url: string): string | undefined {
  const [response] = sendAll(system, [{ method: 'GET', url, maxTime: 30 }]);
  const { status = 0, body = '' } = response ?? {};
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
