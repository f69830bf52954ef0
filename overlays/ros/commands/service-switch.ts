import { goneService } from '../config/gone-names.ts';
import { nearestName } from '../config/nearest-name.ts';
import { readCloudConfig } from '../config/read.ts';
import type { CloudConfig } from '../config/schema.ts';
import { loadConfig, OS_CONFIG_FILE } from '../config/sources.ts';
import { Failure, type System } from '../runtime/system.ts';
import { findServices, isContainerName, label, type Service, type Services } from '../services/config.ts';
import { containerSpec } from '../services/container.ts';
import { fetchDefinition, isUrl } from '../services/definition-cache.ts';
import { CATALOGUE, catalogueNames, readDefinition, repositoryUrls } from '../services/included.ts';
import { networkRemarks } from '../services/network-mode.ts';
import { surroundings } from '../services/start-plan.ts';
import { change, layOver, withConfigLock } from './config-change.ts';
import { UsageError } from './config-options.ts';
import type { Verb } from './help.ts';
import { type Engines, scopeOf } from './service-names.ts';

export function serviceSwitch(engines: Engines): Readonly<Record<string, Verb>> {
  return {
    enable: { run: (system, { words }) => each(system, words, (name) => enable(system, name)) },
    disable: { run: (system, { words }) => each(system, words, (name) => disable(system, name)) },
    delete: { run: (system, { words }) => each(system, words, (name) => remove(system, engines, name)) },
  };
}

function each(system: System, names: readonly string[], work: (name: string) => void): number {
  if (names.length === 0) throw new UsageError('it takes the name of a service, the path of a file, or a URL.');
  // The configuration that a decision is based on must not change before the decision is written.
  withConfigLock(system, () => names.forEach(work));
  return 0;
}

function write(system: System, name: string, value: boolean): void {
  change(system, (document) => layOver(document, [], { rancher: { services_include: { [name]: value } } }));
}

/** Everything that could be wrong is looked at now, so that the next start needs no network and brings no surprise. */
function enable(system: System, name: string): void {
  const { config } = loadConfig(system);
  const own = config.rancher?.services?.[name];
  if (own?.image !== undefined) {
    if (config.rancher?.services_include?.[name] === false) write(system, name, true);
    system.print(`${name} is enabled`);
    return;
  }
  if (!isUrl(name) && name.includes('/') && !name.startsWith('/'))
    throw new Failure(`${name} is no whole path; the system looks for it at its start, so it must begin with a slash`);
  if (/^\/(tmp|run|dev|proc|sys)\//.test(name))
    throw new Failure(`${name} would be gone after a restart; /var/lib/rancher/conf is a place that stays`);
  if (isUrl(name)) fetched(system, [name]);
  else if (!name.includes('/') && !catalogueNames(system).includes(name)) {
    const urls = repositoryUrls(config, name);
    if (urls.length === 0) {
      const gone = goneService(name);
      if (gone !== undefined) throw new Failure(`${gone.message} ${gone.hint}`);
      const near = nearestName(name, catalogueNames(system));
      const hint = near === undefined ? ` “ros service list --all” shows all.` : ` Did you mean ${near}?`;
      throw new Failure(`${CATALOGUE} has no service ${name}.${hint}`);
    }
    fetched(system, urls);
  }
  const { services, problems, isWrong } = readDefinition(system, config, name);
  for (const problem of problems) system.complain(problem);
  const names = Object.keys(services);
  const wrong = names.find((one) => !isContainerName(one));
  if (wrong !== undefined)
    system.complain(
      `${name}: ${JSON.stringify(wrong)} is no name for a container: letters, digits, dots, dashes and underscores`,
    );
  if (isWrong === true || names.length === 0 || wrong !== undefined) throw new Failure(`${name} is not enabled`);
  const include = { ...config.rancher?.services_include, [name]: true };
  const then: CloudConfig = { ...config, rancher: { ...config.rancher, services_include: include } };
  const after = findServices(system, then).services;
  const impossible = planOf(system, then, after, names);
  for (const problem of impossible) system.complain(`${name}: ${problem}`);
  if (impossible.length > 0) throw new Failure(`${name} is not enabled`);
  for (const sentence of [...replacements(system, name, names), ...names.flatMap((one) => remarks(one, after))])
    system.complain(sentence);
  write(system, name, true);
  const outside = names.flatMap((one) => {
    const service = after.get(one);
    return service !== undefined && comesFromOutside(service) ? [service.image] : [];
  });
  system.print(`${name} is enabled; it starts with the system, or now by “ros service up ${names.join(' ')}”`);
  for (const image of outside)
    system.print(
      `${image} is not part of the release: it is pulled over the network, or loaded from /var/lib/rancher/preload`,
    );
}

/** Sentences about services of which no container can be made. */
function planOf(system: System, config: CloudConfig, services: Services, names: readonly string[]): string[] {
  return names.flatMap((one) => {
    const service = services.get(one);
    if (service === undefined) return [];
    try {
      containerSpec(services, one, service, surroundings(system, config));
      return [];
    } catch (error) {
      if (!(error instanceof Failure)) throw error;
      return [error.message];
    }
  });
}

const remarks = (name: string, services: Services): string[] => {
  const service = services.get(name);
  return service === undefined ? [] : networkRemarks(name, service);
};

/** A definition may extend a service of the release; a user who means a new service learns that the name is taken. */
function replacements(system: System, name: string, names: readonly string[]): string[] {
  const text = system.readText(OS_CONFIG_FILE);
  const release = text === undefined ? {} : (readCloudConfig(text, OS_CONFIG_FILE).config.rancher?.services ?? {});
  return names
    .filter((one) => Object.hasOwn(release, one))
    .map(
      (one) =>
        `${name}: the release has a service ${one} of its own, whose keys win over those of this definition; give it another name, or change the release's in rancher.services.${one}`,
    );
}

export const comesFromOutside = ({ image }: Service): boolean => !/^rancher\/os-(base|console|docker)(:|$)/.test(image);

/** The first of these URLs that answers. */
function fetched(system: System, urls: readonly string[]): void {
  const problems: string[] = [];
  for (const url of urls) {
    const problem = fetchDefinition(system, url);
    if (problem === undefined) return;
    problems.push(problem);
  }
  throw new Failure(`${problems.join('; ')}; nothing was enabled`);
}

function disable(system: System, name: string): void {
  mustBeThere(system, name);
  const service = findServices(system, loadConfig(system).config).services.get(name);
  if (['console', 'hold', 'udev'].includes(name)) throw new Failure(`this system cannot do without ${name}`);
  write(system, name, false);
  const where = service === undefined ? '' : `; it still runs until “ros service stop ${name}” or a restart`;
  system.print(`${name} is disabled${where}`);
}

function mustBeThere(system: System, name: string): void {
  const { config } = loadConfig(system);
  const names = [
    ...Object.keys(config.rancher?.services_include ?? {}),
    ...Object.keys(config.rancher?.services ?? {}),
  ];
  if (names.includes(name)) return;
  const near = nearestName(name, names);
  throw new Failure(`there is no service ${name}.${near === undefined ? '' : ` Did you mean ${near}?`}`);
}

function remove(system: System, engines: Engines, name: string): void {
  mustBeThere(system, name);
  const { config } = loadConfig(system);
  if (config.rancher?.services_include?.[name] === undefined) {
    const where = 'it stands in rancher.services: take it out there, or use “ros service disable”';
    throw new Failure(`${name} was not enabled by services_include; ${where}`);
  }
  const { services } = findServices(system, config);
  change(system, (document) => document.deleteIn(['rancher', 'services_include', name]));
  if (config.rancher?.services?.[name]?.image !== undefined) {
    system.print(`${name} is as the release has it`);
    return;
  }
  for (const one of Object.keys(readDefinition(system, config, name).services)) {
    const service = services.get(one);
    if (service === undefined || label(service, 'console') !== undefined) continue;
    const engine = engines[scopeOf(service)];
    if (engine.isReady()) for (const problem of engine.remove([one], true, false)) system.complain(problem);
  }
  system.print(`${name} is deleted`);
}
