import { gunzipSync } from 'node:zlib';
import { dataFiles } from './data-files.ts';
import { compareVersions } from './version.ts';

/** What a package's changelog says of the versions above a locked one. */
export interface ChangesAbove {
  /** CVEs that it names, sorted. */
  readonly cves: readonly string[];
  /** The highest urgency of these versions; undefined where no version above has an entry, as after a rebuild. */
  readonly urgency?: Urgency;
}

/** From Debian policy 5.6.17, the highest last. */
const URGENCIES = ['low', 'medium', 'high', 'emergency', 'critical'] as const;
export type Urgency = (typeof URGENCIES)[number];

/** Where policy 12.7 puts it: native packages have no Debian changelog beside their own. */
const CHANGELOGS = [/^usr\/share\/doc\/[^/]+\/changelog\.Debian\.gz$/, /^usr\/share\/doc\/[^/]+\/changelog\.gz$/];
/** A kernel's has 10 MB. */
const MAX_BYTES = 64 * 1024 * 1024;

/** Reads the changelog of a package file; undefined where it has none of its own. */
export async function changelogOf(file: string, name: string): Promise<string | undefined> {
  const files = await dataFiles(file, name, (each) => CHANGELOGS.some((pattern) => pattern.test(each)));
  for (const pattern of CHANGELOGS) {
    for (const [path, bytes] of files)
      if (pattern.test(path)) return gunzipSync(bytes, { maxOutputLength: MAX_BYTES }).toString('utf8');
  }
  return undefined;
}

/** What a changelog (deb-changelog(5)) says of all versions above one; a rebuild of that (`+b1`) is not above it. */
export function changesAbove(changelog: string, version: string): ChangesAbove {
  const locked = version.replace(/\+b\d+$/, '');
  const cves = new Set<string>();
  let urgency = -1;
  let isAbove = false;
  for (const line of changelog.split('\n')) {
    const [, of, fields = ''] = /^\S+ \(([^)\s]+)\) [^;]*;(.*)$/.exec(line) ?? [];
    if (of !== undefined) {
      isAbove = compareVersions(of, locked) > 0;
      const word = /urgency=(\w+)/i.exec(fields)?.[1]?.toLowerCase() ?? '';
      if (isAbove) urgency = Math.max(urgency, URGENCIES.indexOf(word as Urgency));
    } else if (isAbove) for (const [cve] of line.matchAll(/CVE-\d{4}-\d{4,}/g)) cves.add(cve);
  }
  const highest = URGENCIES[urgency];
  return { cves: [...cves].sort(), ...(highest === undefined ? {} : { urgency: highest }) };
}
