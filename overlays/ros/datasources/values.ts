import { at, isTree, type Tree } from '../config/merge.ts';
import type { Metadata } from '../config/metadata.ts';
import { CLOUD_CONFIG } from '../config/schema.ts';
import { Failure } from '../runtime/system.ts';

// What a platform says is checked before anybody believes it: a name ends up in /etc/hosts, a key in authorized_keys.

const KEY =
  /^(?:\S.*\s)?(?:ssh-(?:rsa|ed25519|dss)|ecdsa-sha2-[\w-]+|sk-(?:ssh|ecdsa)-[\w@.-]+)\s+[A-Za-z0-9+/]{16,}={0,3}(?:\s.*)?$/;
const { pattern: HOSTNAME_PATTERN = '', title: HOSTNAME_TITLE = '' } = CLOUD_CONFIG.properties.hostname;
const HOSTNAME = new RegExp(HOSTNAME_PATTERN);
/** Keys of one machine. */
const MOST_KEYS = 500;

/** Reads JSON that has to be a mapping. */
export function jsonOf(text: string, from: string): Tree {
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch {
    // Not one word of it: OpenStack's has a password in it.
    throw new Failure(`${from} is not JSON`);
  }
  if (!isTree(value)) throw new Failure(`${from} is JSON, but no mapping`);
  return value;
}

/** The text at a path of keys; nothing where there is none, or something else. */
export function textAt(tree: unknown, ...path: readonly string[]): string | undefined {
  const value = at(tree, path);
  return typeof value === 'string' && value.trim() !== '' ? value : undefined;
}

/** The list at a path of keys. */
export function listAt(tree: unknown, ...path: readonly string[]): readonly unknown[] {
  const value = at(tree, path);
  return Array.isArray(value) ? value : [];
}

/** The beginning of what was sent, fit for a line of a log: what cannot be shown is left out. */
export function quoted(text: string): string {
  const shown = text.replace(/[^\x20-\x7e]+/g, ' ').trim();
  return shown === '' ? 'nothing that could be shown' : `“${shown.length > 30 ? `${shown.slice(0, 30)}…` : shown}”`;
}

/** Metadata of what a platform said, and sentences about what of it cannot be used. */
export function checkedMetadata(given: {
  readonly hostname?: string | undefined;
  /** Each a name and a key. */
  readonly keys?: readonly (readonly [string, unknown])[];
  readonly rootDisk?: string | undefined;
}): { readonly metadata: Metadata; readonly problems: readonly string[] } {
  const problems: string[] = [];
  const hostname = given.hostname === undefined ? undefined : usableHostname(given.hostname.trim());
  if (given.hostname !== undefined && hostname === undefined) {
    problems.push(`The hostname ${quoted(given.hostname)} is left out: a hostname is ${HOSTNAME_TITLE}.`);
  }
  const publicKeys: [string, string][] = [];
  for (const [name, value] of given.keys ?? []) {
    const key = typeof value === 'string' ? value.trim() : '';
    if (/[\x00-\x08\x0a-\x1f\x7f]/.test(key))
      problems.push(`The SSH key ${quoted(name)} is left out: it has more than one line.`);
    else if (!KEY.test(key)) problems.push(`The SSH key ${quoted(name)} is left out: it is no public key of SSH.`);
    else if (publicKeys.length < MOST_KEYS) publicKeys.push([name, key]);
  }
  return {
    metadata: {
      publicKeys: Object.fromEntries(publicKeys),
      ...(hostname === undefined ? {} : { hostname }),
      ...(given.rootDisk === undefined ? {} : { rootDisk: given.rootDisk }),
    },
    problems,
  };
}

/** A name with a domain that is longer than the kernel takes counts without the domain. */
function usableHostname(name: string): string | undefined {
  if (HOSTNAME.test(name)) return name;
  const [short = ''] = name.split('.');
  return /^[\w.-]+$/.test(name) && HOSTNAME.test(short) ? short : undefined;
}

/** Names for keys that came without: their order must hold when they are sorted by name. */
export function numbered(keys: readonly unknown[]): readonly (readonly [string, unknown])[] {
  return keys.map((key, index) => [String(index).padStart(3, '0'), key] as const);
}
