import { parse } from 'yaml';
import { Failure, type System } from '../runtime/system.ts';

/** A service as os-config.yml writes it: the part of Compose's first format that RancherOS 1 used. */
export interface Service {
  readonly image: string;
  readonly command?: string | readonly string[];
  readonly environment?: readonly string[];
  readonly volumes?: readonly string[];
  readonly volumes_from?: readonly string[];
  readonly labels?: Readonly<Record<string, string>>;
  readonly cgroup?: 'host';
  readonly net?: string;
  readonly pid?: 'host';
  readonly ipc?: 'host';
  readonly uts?: 'host';
  readonly privileged?: boolean;
  readonly read_only?: boolean;
  readonly restart?: string;
  /** Seconds (`20s`) that it gets to end by itself, or `unlimited`. */
  readonly stop_grace_period?: string;
}

export type Services = ReadonlyMap<string, Service>;

const OS_CONFIG = '/usr/share/ros/os-config.yml';
/** The first is the release's wherever we are: other consoles have an os-release of their own in the usual place. */
const OS_RELEASE = ['/usr/share/ros/os-release', '/usr/lib/os-release'];
const KEYS = new Set([
  'image',
  'command',
  'environment',
  'volumes',
  'volumes_from',
  'labels',
  'cgroup',
  'net',
  'pid',
  'ipc',
  'uts',
  'privileged',
  'read_only',
  'restart',
  'stop_grace_period',
]);

/** The release that runs, for instance v1.5.9. */
export function runningVersion(system: System): string {
  const text = OS_RELEASE.map((path) => system.readText(path)).find((each) => each !== undefined) ?? '';
  const version = /^VERSION="?([^"\n]*)"?$/m.exec(text)?.[1];
  if (version === undefined) throw new Failure(`${OS_RELEASE.join(' and ')} name no VERSION`);
  return version;
}

export function parseServices(text: string, version: string): Services {
  const document = parse(text.replaceAll('${VERSION}', version)) as {
    rancher?: { services?: Record<string, Service> };
  };
  const services = new Map(Object.entries(document.rancher?.services ?? {}));
  for (const [name, service] of services) {
    if (typeof service.image !== 'string') throw new Failure(`service ${name} has no image`);
    for (const key of Object.keys(service)) {
      if (!KEYS.has(key)) throw new Failure(`service ${name}: ${key} is not known`);
    }
  }
  return services;
}

export function readServices(system: System): Services {
  const text = system.readText(OS_CONFIG);
  if (text === undefined) throw new Failure(`${OS_CONFIG} is missing`);
  return parseServices(text, runningVersion(system));
}

export const isSystem = (service: Service): boolean => label(service, 'scope') !== 'user';
export const isCreateOnly = (service: Service): boolean => label(service, 'createonly') === 'true';
export const runsOnce = (service: Service): boolean => label(service, 'detach') === 'false';

export function label(service: Service, name: string): string | undefined {
  return service.labels?.[`io.rancher.os.${name}`];
}
