import { filesIn, writeFile } from '../config/files.ts';
import { at, isTree, type Tree } from '../config/merge.ts';
import { formatMetadata, type Metadata } from '../config/metadata.ts';
import type { Problem } from '../config/problem.ts';
import { CLOUD_CONFIG_FOLDER, CONF, joinSources, METADATA_FILE, readSources } from '../config/sources.ts';
import { readUserData } from '../config/user-data.ts';
import { USER_DATA_SCRIPT } from '../console/scripts.ts';
import { addressName } from '../network/subnet.ts';
import { run } from '../runtime/run.ts';
import type { System } from '../runtime/system.ts';
import type { Found } from './datasource.ts';

export const USER_DATA_FILE = `${CONF}/user-data`;
export const BOOT_FILE = `${CLOUD_CONFIG_FOLDER}/boot.yml`;
/** Sorts before boot.yml: the user's network configuration wins over the platform's. */
export const BOOT_NETWORK_FILE = `${CLOUD_CONFIG_FOLDER}/boot-network.yml`;

/** The kind of the user-data; `refused` counts as none. */
export type Kind = ReturnType<typeof readUserData>['kind'];

export interface Saved {
  readonly kind: Kind;
  /** The parts that cannot be used. */
  readonly problems: readonly Problem[];
  /** It differs from what was saved before. */
  readonly isOther: boolean;
}

/** Where the metadata has no address, those of the network plan are used: global addresses are public. */
function withPlannedAddresses({ metadata, network }: Found): Metadata {
  const interfaces = at(network, ['interfaces']);
  const planned = Object.values(isTree(interfaces) ? interfaces : {}).flatMap((card) => {
    const addresses = at(card, ['addresses']);
    return Array.isArray(addresses) ? addresses.map(String) : [];
  });
  const found = planned.flatMap((text) => {
    const name = addressName(text);
    return name === undefined ? [] : [[name, text.replace(/\/.*$/, '')] as const];
  });
  // Of several the first counts.
  const addresses = { ...Object.fromEntries(found.reverse()), ...metadata.addresses };
  return { ...metadata, ...(Object.keys(addresses).length === 0 ? {} : { addresses }) };
}

/** Replaces the saved result of a source, for this start and for later ones without an answer. */
export function saveFound(system: System, found: Found): Saved {
  const data = readUserData(found.userData ?? '', USER_DATA_FILE);
  const wanted: Record<string, { readonly text: string; readonly mode: string }> = {};
  const put = (path: string, text: string, mode = '0600') => {
    wanted[path] = { text, mode };
  };
  put(METADATA_FILE, formatMetadata(withPlannedAddresses(found)));
  if (data.kind !== 'none') put(USER_DATA_FILE, found.userData ?? '');
  if (data.kind === 'cloud-config') put(BOOT_FILE, data.text);
  if (data.kind === 'compose') put(BOOT_FILE, `${JSON.stringify(data.config, undefined, 2)}\n`);
  if (data.kind === 'script') put(USER_DATA_SCRIPT.path, data.text, '0700');
  const replaced = [USER_DATA_FILE, BOOT_FILE, USER_DATA_SCRIPT.path, METADATA_FILE].map((path) =>
    replace(system, path, wanted[path]),
  );
  replaced.push(replace(system, BOOT_NETWORK_FILE, networkFile(system, found.network)));
  const isOther = replaced.includes(true);
  if (data.kind === 'refused') return { kind: data.kind, problems: [data.problem], isOther };
  return { kind: data.kind, problems: 'problems' in data ? data.problems : [], isOther };
}

/** Writes only differences: most starts bring nothing new and need not wait for the disk. Returns whether it wrote. */
function replace(system: System, path: string, wanted?: { readonly text: string; readonly mode: string }): boolean {
  const before = system.readText(path);
  if (before === wanted?.text) return false;
  if (wanted === undefined) run(system, ['rm', '-f', path]);
  else writeFile(system, path, wanted.text, wanted.mode);
  return true;
}

/**
 * The platform names cards by their hardware addresses, which would win over the user's names and patterns. So its interfaces are ignored where any
 * other configuration has some.
 */
function networkFile(system: System, network?: Tree): { readonly text: string; readonly mode: string } | undefined {
  if (network === undefined) return undefined;
  const sources = readSources(system);
  const { config } = joinSources({
    ...sources,
    files: sources.files.filter(({ path }) => path !== BOOT_NETWORK_FILE),
  });
  const given = at(config, ['rancher', 'network', 'interfaces']);
  const { interfaces, ...rest } = network;
  const isFree = !isTree(given) || Object.keys(given).length === 0;
  const used = isFree && interfaces !== undefined ? { ...rest, interfaces } : rest;
  if (Object.keys(used).length === 0) return undefined;
  return { text: `${JSON.stringify({ rancher: { network: used } }, undefined, 2)}\n`, mode: '0600' };
}

/** Whether an earlier start left something that holds while nothing answers. */
export function hasSaved(system: System): boolean {
  return (
    system.readText(METADATA_FILE) !== undefined ||
    system.readText(USER_DATA_SCRIPT.path) !== undefined ||
    filesIn(system, CLOUD_CONFIG_FOLDER).some((name) =>
      [BOOT_FILE, BOOT_NETWORK_FILE].some((path) => path.endsWith(`/${name}`)),
    )
  );
}
