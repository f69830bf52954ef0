import { nearestName } from './nearest-name.ts';

/** Names of all datasources. */
export const DATASOURCES = [
  'aliyun',
  'azure',
  'cloudstack',
  'cmdline',
  'configdrive',
  'digitalocean',
  'ec2',
  'exoscale',
  'file',
  'gce',
  'nocloud',
  'packet',
  'proxmox',
  'tftp',
  'url',
  'vmware',
] as const;

/** Further names of some. */
export const DATASOURCE_ALIASES: Readonly<Record<string, string>> = {
  equinix: 'packet',
  'amazon-ec2': 'ec2',
  openstack: 'configdrive',
};

/**
 * The message about an entry of rancher.cloud_init.datasources that names no datasource; undefined where it names one. Its argument is not quoted.
 */
export function unknownDatasource(entry: string): { readonly message: string; readonly hint?: string } | undefined {
  const [word = ''] = entry.trim().split(':');
  const names = [...DATASOURCES, ...Object.keys(DATASOURCE_ALIASES)];
  if (word === '*' || names.includes(word)) return undefined;
  const near = nearestName(word, names);
  return {
    message: `rancher.cloud_init.datasources: there is no datasource “${word}”.`,
    ...(near === undefined ? {} : { hint: `Did you mean ${near}?` }),
  };
}
