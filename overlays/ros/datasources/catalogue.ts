import { DATASOURCE_ALIASES, unknownDatasource } from '../config/datasource-names.ts';
import type { CloudConfig } from '../config/schema.ts';
import type { System } from '../runtime/system.ts';
import { isVmware } from '../services/platform.ts';
import { aliyun } from './aliyun.ts';
import { azure } from './azure.ts';
import { cloudstack } from './cloudstack.ts';
import { configdrive } from './configdrive.ts';
import type { Datasource } from './datasource.ts';
import { digitalocean } from './digitalocean.ts';
import { ec2 } from './ec2.ts';
import { exoscale } from './exoscale.ts';
import { gce } from './gce.ts';
import { nocloud, proxmox } from './nocloud.ts';
import { packet } from './packet.ts';
import { cloudConfigUrl, cmdline, file, tftp, url } from './user-data-address.ts';
import { vmware } from './vmware.ts';

const ALL: readonly Datasource[] = [
  configdrive,
  nocloud,
  vmware,
  ec2,
  digitalocean,
  packet,
  gce,
  cloudstack,
  exoscale,
  aliyun,
  azure,
  proxmox,
  file,
  url,
  tftp,
  cmdline,
];

/** The sources of `*`; nocloud is our addition. aliyun and azure are asked only by name, as in RancherOS 1. */
const STAR = [
  'configdrive',
  'nocloud',
  'vmware',
  'ec2',
  'digitalocean',
  'packet',
  'gce',
  'cloudstack',
  'exoscale',
  'proxmox',
] as const;

/** One entry of rancher.cloud_init.datasources. */
export interface Wanted {
  /** As it was written; an address in it may hold a password, so only `name` is for others to see. */
  readonly text: string;
  readonly name: string;
  readonly argument?: string;
  readonly source: Datasource;
}

/** The sources that are asked, in the order in which they count, and sentences about entries that name none. */
export function wantedSources(
  system: System,
  config: CloudConfig,
): { readonly wanted: readonly Wanted[]; readonly problems: readonly string[] } {
  const given = config.rancher?.cloud_init?.datasources ?? [];
  const texts = [
    ...added(system, 'first'),
    ...given.flatMap((text) => (text === '*' ? STAR : [text])),
    ...added(system, 'last'),
  ];
  const problems: string[] = [];
  const wanted: Wanted[] = [];
  for (const text of texts.map((each) => each.trim())) {
    const [, word = '', argument] = /^([^:]*)(?::(.*))?$/s.exec(text) ?? [];
    const name = DATASOURCE_ALIASES[word] ?? word;
    const source = ALL.find((each) => each.name === name);
    if (source === undefined) {
      const { message, hint } = unknownDatasource(text) ?? { message: `there is no datasource “${word}”.` };
      problems.push(hint === undefined ? message : `${message} ${hint}`);
    } else if (!wanted.some((each) => each.text === text)) {
      wanted.push({ text, name, source, ...(argument === undefined || argument === '' ? {} : { argument }) });
    }
  }
  return { wanted, problems };
}

/** Sources that need no configuration, because the machine itself says that they are there. */
function added(system: System, place: 'first' | 'last'): readonly string[] {
  const dmi = (name: string) => system.readText(`/sys/class/dmi/id/${name}`)?.trim() ?? '';
  if (place === 'last') return isVmware(system) ? ['vmware'] : [];
  const product = dmi('product_name').toLowerCase();
  return [
    ...(cloudConfigUrl(system.readText('/proc/cmdline') ?? '') === undefined ? [] : ['cmdline']),
    ...(product.includes('exoscale') ? ['exoscale'] : []),
    ...(product.includes('proxmox') ? ['proxmox'] : []),
  ];
}
