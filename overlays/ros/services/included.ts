import { MAX_BYTES } from '../config/document.ts';
import { filesIn } from '../config/files.ts';
import { goneService } from '../config/gone-names.ts';
import { mergeInto, type Tree } from '../config/merge.ts';
import { problemText } from '../config/problem.ts';
import { readCompose } from '../config/read.ts';
import type { CloudConfig } from '../config/schema.ts';
import { runningVersion } from '../runtime/release.ts';
import type { System } from '../runtime/system.ts';
import { cachedDefinition, isUrl } from './definition-cache.ts';
import { filledIn } from './environment.ts';

/** Definitions that every release brings along. */
export const CATALOGUE = '/usr/share/ros/services';

/** Services by name as they were written, and error messages. */
export interface Included {
  readonly services: Tree;
  readonly problems: readonly string[];
  /** Part of it cannot have its effect, or there is nothing at all. */
  readonly isWrong?: boolean;
}

/** The definitions that rancher.services_include names. Nothing here needs a network. */
export function includedServices(system: System, config: CloudConfig): Included {
  const names = enabledNames(config);
  let services: Tree = {};
  const problems: string[] = [];
  for (const name of names) {
    const definition = readSafely(system, config, name);
    problems.push(...definition.problems);
    services = mergeInto(services, definition.services);
  }
  return { services, problems };
}

/** An invalid definition does not affect the others. */
function readSafely(system: System, config: CloudConfig, name: string): Included {
  try {
    return readDefinition(system, config, name);
  } catch (error) {
    return { services: {}, problems: [`service ${name}: its definition cannot be used (${reasonOf(error)})`] };
  }
}

const reasonOf = (error: unknown): string => (error instanceof Error ? error.message : String(error));

/** Those that are switched on and are not whole in rancher.services already. */
export function enabledNames(config: CloudConfig): string[] {
  const own = config.rancher?.services ?? {};
  return Object.entries(config.rancher?.services_include ?? {}).flatMap(([name, on]) =>
    on && own[name]?.image === undefined ? [name] : [],
  );
}

/** Names of the catalogue. */
export function catalogueNames(system: System): string[] {
  return filesIn(system, CATALOGUE).flatMap((file) => (file.endsWith('.yml') ? [file.slice(0, -'.yml'.length)] : []));
}

/** One definition, by the name of the catalogue, the path of a file, or a URL. */
export function readDefinition(system: System, config: CloudConfig, name: string): Included {
  const found = textOf(system, config, name);
  if (typeof found === 'string') return { services: {}, problems: [found], isWrong: true };
  const { config: read, problems } = readCompose(found.text, found.file);
  const environment = { ...config.rancher?.environment, VERSION: runningVersion(system) };
  const services = filled((read.rancher?.services ?? {}) as Tree, environment) as Tree;
  const sentences = problems.map(problemText);
  const isEmpty = Object.keys(services).length === 0;
  if (isEmpty) sentences.push(`${found.file}: there is no service in it`);
  return { services, problems: sentences, isWrong: isEmpty || problems.some(({ severity }) => severity === 'error') };
}

/** The text and the name of its file, or a sentence why there is none. */
function textOf(
  system: System,
  config: CloudConfig,
  name: string,
): { readonly text: string; readonly file: string } | string {
  if (isUrl(name)) {
    const cached = cachedDefinition(system, name);
    return cached === undefined ? neverFetched(name) : { text: cached, file: name };
  }
  if (name.includes('/')) {
    const text = system.readText(name, MAX_BYTES);
    return text === undefined
      ? `service ${name}: there is no such file; put it there, or run “ros service delete ${name}”`
      : { text, file: name };
  }
  const shipped = `${CATALOGUE}/${name}.yml`;
  const text = system.readText(shipped);
  if (text !== undefined) return { text, file: shipped };
  const urls = repositoryUrls(config, name);
  for (const url of urls) {
    const cached = cachedDefinition(system, url);
    if (cached !== undefined) return { text: cached, file: url };
  }
  const [url] = urls;
  if (url !== undefined) return neverFetched(name);
  const gone = goneService(name);
  if (gone !== undefined) return `${gone.message} ${gone.hint}`;
  return `service ${name}: no definition of that name is known; “ros service list --all” shows all there are`;
}

const neverFetched = (name: string): string =>
  `service ${name}: its definition was never fetched; run “ros service enable ${name}” once while there is a network`;

/** Where a name is looked for in rancher.repositories; their layout is that of RancherOS 1: n/name.yml. */
export function repositoryUrls(config: CloudConfig, name: string): string[] {
  return Object.values(config.rancher?.repositories ?? {}).flatMap(({ url = '' }) =>
    isUrl(url) ? [`${url.replace(/\/+$/, '')}/${name.charAt(0)}/${name}.yml`] : [],
  );
}

function filled(value: unknown, environment: Readonly<Record<string, string>>): unknown {
  if (typeof value === 'string') return filledIn(value, environment);
  if (Array.isArray(value)) return value.map((each: unknown) => filled(each, environment));
  if (typeof value !== 'object' || value === null) return value;
  return Object.fromEntries(Object.entries(value).map(([key, each]) => [key, filled(each, environment)]));
}
