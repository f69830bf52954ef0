import { parse } from 'yaml';
import { isTree } from './merge.ts';
import type { CloudConfig } from './schema.ts';

/** What a datasource says about the machine itself. */
export interface Metadata {
  readonly hostname?: string;
  /** Public keys by name. */
  readonly publicKeys: Readonly<Record<string, string>>;
  /** The disk that the system lies on. */
  readonly rootDisk?: string;
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
  return {
    publicKeys: Object.fromEntries(publicKeys),
    ...(hostname === undefined ? {} : { hostname }),
    ...(rootDisk === undefined ? {} : { rootDisk }),
  };
}

/** As JSON, which is YAML too. */
export function formatMetadata(metadata: Metadata): string {
  return `${JSON.stringify(metadata, undefined, 2)}\n`;
}

/** Metadata fills in what nobody said, and its keys come after those that somebody gave, by the order of their names. */
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
  try {
    const data: unknown = parse(text, { logLevel: 'error', prettyErrors: false });
    return isTree(data) ? data : {};
  } catch {
    return {};
  }
}
