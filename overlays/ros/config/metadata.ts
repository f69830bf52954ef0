import { ADDRESS_NAMES, type Addresses } from './addresses.ts';
import { isTree } from './merge.ts';
import { plainYaml } from './plain-yaml.ts';
import type { CloudConfig } from './schema.ts';

/** Metadata of a datasource about the machine itself. */
export interface Metadata {
  readonly hostname?: string;
  /** Public keys by name. */
  readonly publicKeys: Readonly<Record<string, string>>;
  /** The disk of the system. */
  readonly rootDisk?: string;
  /** The addresses that its platform reports. */
  readonly addresses?: Addresses;
}

/** The file `metadata`, ours or that of RancherOS 1. */
export function parseMetadata(text: string): Metadata {
  const data = parsed(text);
  const string = (key: string) => {
    const value = data[key];
    return typeof value === 'string' && value !== '' ? value : undefined;
  };
  const hostname = string('hostname');
  const rootDisk = string('rootDisk') ?? string('rootdisk');
  const keys = data['publicKeys'] ?? data['sshpublickeys'];
  const publicKeys = Object.entries(isTree(keys) ? keys : {}).flatMap(([name, key]) =>
    typeof key === 'string' ? [[name, key] as const] : [],
  );
  const given = isTree(data['addresses']) ? data['addresses'] : {};
  // RancherOS 1 wrote them beside the rest: privateipv4.
  const addresses = Object.fromEntries(
    ADDRESS_NAMES.flatMap((name) => {
      const address = given[name] ?? string(name.replace('_', ''));
      return typeof address === 'string' ? [[name, address] as const] : [];
    }),
  );
  return {
    publicKeys: Object.fromEntries(publicKeys),
    ...(Object.keys(addresses).length === 0 ? {} : { addresses }),
    ...(hostname === undefined ? {} : { hostname }),
    ...(rootDisk === undefined ? {} : { rootDisk }),
  };
}

/** As JSON, which is YAML too. */
export function formatMetadata(metadata: Metadata): string {
  return `${JSON.stringify(metadata, undefined, 2)}\n`;
}

/** Metadata fills in missing values. Its keys come after configured ones, sorted by their names. */
export function applyMetadata(config: CloudConfig, { hostname, publicKeys, rootDisk }: Metadata): CloudConfig {
  const given = config.ssh_authorized_keys ?? [];
  const names = Object.keys(publicKeys).sort();
  const further = names.flatMap((name) => publicKeys[name] ?? []).filter((key) => !given.includes(key));
  return {
    ...config,
    ...(hostname !== undefined && !config.hostname ? { hostname } : {}),
    ...(further.length > 0 ? { ssh_authorized_keys: [...given, ...new Set(further)] } : {}),
    ...(rootDisk !== undefined && config.rancher?.resize_device === undefined
      ? { rancher: { ...config.rancher, resize_device: rootDisk } }
      : {}),
  };
}

function parsed(text: string): Readonly<Record<string, unknown>> {
  let data: unknown;
  try {
    // Ours is JSON, which is read in no time; each call of the program reads it.
    data = JSON.parse(text);
  } catch {
    data = plainYaml(text).value;
  }
  return isTree(data) ? data : {};
}
