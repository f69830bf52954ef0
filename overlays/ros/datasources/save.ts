import { filesIn, writeFile } from '../config/files.ts';
import { at, isTree, type Tree } from '../config/merge.ts';
import { formatMetadata } from '../config/metadata.ts';
import type { Problem } from '../config/problem.ts';
import { CLOUD_CONFIG_FOLDER, CONF, joinSources, METADATA_FILE, readSources } from '../config/sources.ts';
import { readUserData } from '../config/user-data.ts';
import { USER_DATA_SCRIPT } from '../console/scripts.ts';
import { run } from '../runtime/run.ts';
import type { System } from '../runtime/system.ts';
import type { Found } from './datasource.ts';

export const USER_DATA_FILE = `${CONF}/user-data`;
export const BOOT_FILE = `${CLOUD_CONFIG_FOLDER}/boot.yml`;
/** Comes before boot.yml by its name: what the user says about the network wins over what the platform says. */
export const BOOT_NETWORK_FILE = `${CLOUD_CONFIG_FOLDER}/boot-network.yml`;

/** What kind of user-data there was; `refused` counts as none. */
export type Kind = ReturnType<typeof readUserData>['kind'];

export interface Saved {
  readonly kind: Kind;
  /** What of it cannot be used. */
  readonly problems: readonly Problem[];
  /** It is other than what was saved before. */
  readonly isOther: boolean;
}

/** Puts what a source gave in place of what one gave before, for this start and for those without an answer. */
export function saveFound(system: System, found: Found): Saved {
  const data = readUserData(found.userData ?? '', USER_DATA_FILE);
  const wanted: Record<string, { readonly text: string; readonly mode: string }> = {};
  const put = (path: string, text: string, mode = '0600') => {
    wanted[path] = { text, mode };
  };
  put(METADATA_FILE, formatMetadata(found.metadata));
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

/** Only what is other is written: most starts bring nothing new, and a disk need not be waited for. Gives whether it was. */
function replace(system: System, path: string, wanted?: { readonly text: string; readonly mode: string }): boolean {
  const before = system.readText(path);
  if (before === wanted?.text) return false;
  if (wanted === undefined) run(system, ['rm', '-f', path]);
  else writeFile(system, path, wanted.text, wanted.mode);
  return true;
}

/**
 * The platform names cards by their addresses, which would win over the user's names and patterns. So it has no say about
 * interfaces where anybody else has said something.
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
