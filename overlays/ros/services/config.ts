import { mergeInto, type Tree } from '../config/merge.ts';
import type { CloudConfig, ServiceConfig } from '../config/schema.ts';
import { loadConfig } from '../config/sources.ts';
import type { System } from '../runtime/system.ts';
import { includedServices } from './included.ts';
import { textsOf } from './key-value.ts';
import { isSystems } from './network-mode.ts';
import { isOnPlatform } from './platform.ts';

export { runningVersion } from '../runtime/release.ts';

/** A service: Compose's first format, with labels as a mapping. */
export type Service = Omit<ServiceConfig, 'image' | 'labels'> & {
  readonly image: string;
  readonly labels?: Readonly<Record<string, string>>;
};

export type Services = ReadonlyMap<string, Service>;

/** The services of a configuration, and why others are none. */
export interface FoundServices {
  readonly services: Services;
  /** Sentences. */
  readonly problems: readonly string[];
}

/** Without them a machine neither starts nor ends in order, so services_include cannot switch them off. */
const INDISPENSABLE: readonly string[] = ['console', 'hold', 'udev'];

/**
 * All services of a configuration: those of rancher.services, over the definitions that services_include names. One that
 * cannot be is named in `problems`, and the others stay. `services_include: {NAME: false}` switches off a release's own; the agent of a
 * platform that this machine is not on is none of its services.
 */
export function findServices(system: System, config: CloudConfig): FoundServices {
  const own = (config.rancher?.services ?? {}) as Tree;
  const include = config.rancher?.services_include ?? {};
  const included = includedServices(system, config);
  const problems = [...included.problems];
  const merged = mergeInto(included.services, own) as Readonly<Record<string, ServiceConfig>>;
  const services = new Map<string, Service>();
  for (const name of new Set([...Object.keys(own), ...Object.keys(merged)])) {
    if (include[name] === false && !INDISPENSABLE.includes(name)) continue;
    const { image, labels: given, ...rest } = merged[name] ?? {};
    const labels = textsOf(given);
    const platform = labels['io.rancher.os.platform'];
    if (platform !== undefined && !isOnPlatform(system, config, platform)) continue;
    if (image === undefined || image === '') problems.push(`service ${name}: it has no image, so it cannot be created`);
    else if (!isContainerName(name)) problems.push(`service ${name}: that is no name for a container`);
    else services.set(name, { ...rest, image, labels });
  }
  return { services, problems };
}

/** As Docker has it; a name is part of addresses that Docker is asked by. */
export const isContainerName = (name: string): boolean => /^[a-zA-Z0-9][a-zA-Z0-9_.-]*$/.test(name);

/** The services of this machine, without a word about those that cannot be. */
export function readServices(system: System): Services {
  return findServices(system, loadConfig(system).config).services;
}

export const isSystem = (service: Service): boolean => isSystems(service);
export const isCreateOnly = (service: Service): boolean => label(service, 'createonly') === 'true';
/** It ends by itself, and services after it wait for its end. */
export const runsOnce = (service: Service): boolean => label(service, 'detach') === 'false';
/** When the scheduler starts it. */
export const schedule = (service: Service): string | undefined => service.labels?.['cron.schedule'];
/** It is started with the system. */
export const startsAtBoot = (service: Service): boolean => !isCreateOnly(service) && schedule(service) === undefined;

export function label(service: Service, name: string): string | undefined {
  return service.labels?.[`io.rancher.os.${name}`];
}
