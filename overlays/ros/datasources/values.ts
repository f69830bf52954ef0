import { ADDRESS_NAMES, type Addresses } from '../config/addresses.ts';
import { at, isTree, type Tree } from '../config/merge.ts';
import type { Metadata } from '../config/metadata.ts';
import { plainYaml } from '../config/plain-yaml.ts';
import { CLOUD_CONFIG } from '../config/schema.ts';
import { addressBits } from '../network/subnet.ts';
import { Failure } from '../runtime/system.ts';

// Values of a platform are checked before they are used: a name ends up in /etc/hosts, a key in authorized_keys.

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

/** Reads YAML that has to be a mapping; an empty text is an empty one. */
export function yamlOf(text: string, from: string): Tree {
  const { value, error } = plainYaml(text);
  if (error !== undefined) throw new Failure(`${from} ${error}`);
  if (value === null || value === undefined) return {};
  if (!isTree(value)) throw new Failure(`${from} is YAML, but no mapping`);
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

/** The texts of a list, or one that stands alone. */
export function textsAt(tree: unknown, key: string): readonly string[] {
  const value = at(tree, [key]);
  const list = Array.isArray(value) ? value : [value];
  return list.filter((each): each is string => typeof each === 'string' && each.trim() !== '');
}

/** A flag, also in the words of YAML 1.1, where yes and on are flags. */
export function flagAt(tree: unknown, key: string): boolean | 'unclear' | undefined {
  const value = at(tree, [key]);
  if (value === undefined || value === null) return undefined;
  const word = String(value).toLowerCase();
  if (['true', 'yes', 'on', 'y'].includes(word)) return true;
  return ['false', 'no', 'off', 'n'].includes(word) ? false : 'unclear';
}

/** Size of the largest packet, in bytes, as a number or in quotes. */
export function mtuAt(tree: unknown): number | undefined {
  const value = Number(at(tree, ['mtu']) ?? Number.NaN);
  return Number.isInteger(value) && value >= 68 && value <= 65536 ? value : undefined;
}

/** The beginning of the response, for one line of a log, without unprintable characters. */
export function quoted(text: string): string {
  const shown = text.replace(/[^\x20-\x7e]+/g, ' ').trim();
  return shown === '' ? 'nothing that could be shown' : `“${shown.length > 30 ? `${shown.slice(0, 30)}…` : shown}”`;
}

/** Metadata from a platform's values, and messages about values that cannot be used. */
export function checkedMetadata(given: {
  /** As the platform has it: a text, one hopes. */
  readonly hostname?: unknown;
  /** Each a name and a key. */
  readonly keys?: readonly (readonly [string, unknown])[];
  readonly rootDisk?: string | undefined;
  readonly addresses?: { readonly [name in keyof Addresses]?: unknown };
}): { readonly metadata: Metadata; readonly problems: readonly string[] } {
  const problems: string[] = [];
  const name = hostnameText(given.hostname);
  const hostname = name === undefined ? undefined : usableHostname(name);
  if (name !== undefined && hostname === undefined) {
    problems.push(`The hostname ${quoted(name)} is left out: a hostname is ${HOSTNAME_TITLE}.`);
  }
  const addresses = usableAddresses(given.addresses ?? {});
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
      ...(Object.keys(addresses).length === 0 ? {} : { addresses }),
    },
    problems,
  };
}

/** A number is a valid name; other values that are not text are not. */
function hostnameText(value: unknown): string | undefined {
  if (value === undefined || value === null) return undefined;
  if (typeof value === 'string') return value.trim() === '' ? undefined : value.trim();
  return typeof value === 'number' ? String(value) : JSON.stringify(value);
}

/** Addresses that are invalid, or of another IP version than their name says, are left out. */
function usableAddresses(given: { readonly [name in keyof Addresses]?: unknown }): Addresses {
  return Object.fromEntries(
    ADDRESS_NAMES.flatMap((name) => {
      const text = given[name];
      const address = typeof text === 'string' ? text.trim().replace(/\/.*$/, '') : '';
      return addressBits(address)?.version === Number(name.slice(-1)) ? [[name, address] as const] : [];
    }),
  );
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
