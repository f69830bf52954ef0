import { parse } from 'yaml';
import { filesIn, writeFile } from '../config/files.ts';
import { isTree } from '../config/merge.ts';
import { nearestName } from '../config/nearest-name.ts';
import { fetchText } from '../runtime/fetch-text.ts';
import { Failure, type System } from '../runtime/system.ts';
import { label, type Service, type Services } from '../services/config.ts';

export const DEFAULT_CONSOLE = 'default';
/** The service that a console is, whichever it is; also the name of its container. */
export const CONSOLE = 'console';
/** Definitions of consoles that the user named, kept so that no start ever needs a network. */
export const CONSOLES_FOLDER = '/var/lib/rancher/consoles';
/** Those that the release knows; their images are files beside it. */
const SHIPPED = '/usr/share/ros/consoles';

/** What the script that starts logins needs of this system, laid into any console; the rest its image must have. */
const OURS = ['/usr/bin/qjs:/usr/bin/qjs:ro', '/usr/bin/ros:/usr/bin/ros:ro', '/usr/lib/ros:/usr/lib/ros:ro'];

const NAME = /^[a-z0-9][a-z0-9_.-]*$/;

export function consoleNames(system: System): readonly string[] {
  const defined = [SHIPPED, CONSOLES_FOLDER].flatMap((folder) =>
    filesIn(system, folder).flatMap((file) => /^(.+)\.yml$/.exec(file)?.[1] ?? []),
  );
  return [...new Set([DEFAULT_CONSOLE, ...defined])];
}

/** The console of that name as a service; undefined for the system's own. */
function definitionOf(system: System, name: string): Service | undefined {
  if (name === DEFAULT_CONSOLE) return undefined;
  const folder = [CONSOLES_FOLDER, SHIPPED].find((each) => system.readText(`${each}/${name}.yml`) !== undefined);
  const text = NAME.test(name) && folder !== undefined ? system.readText(`${folder}/${name}.yml`) : undefined;
  if (text !== undefined) return readDefinition(text, name);
  const near = nearestName(name, consoleNames(system));
  const hint = near === undefined ? '' : ` Did you mean ${near}?`;
  throw new Failure(`there is no console ${name}.${hint} \`ros console list\` names those that are known.`);
}

/** The system's services with the console of that name. What its definition does not say is as in the default console. */
export function withConsole(system: System, services: Services, name: string): Services {
  const usual = services.get(CONSOLE);
  const given = definitionOf(system, name);
  if (usual === undefined || given === undefined) return services;
  const service: Service = {
    ...usual,
    ...given,
    labels: { ...usual.labels, ...given.labels, 'io.rancher.os.console': name },
    volumes: [...(usual.volumes ?? []), ...OURS, ...(given.volumes ?? [])],
    volumes_from: usual.volumes_from ?? [],
  };
  return new Map([...services, [CONSOLE, service]]);
}

/** Compose's YAML with a service called console, or with one service of any name. */
function readDefinition(text: string, place: string): Service {
  const document = parsed(text);
  const inside = isTree(document) ? (document['services'] ?? document) : undefined;
  const services = isTree(inside) ? inside : {};
  const found = services[CONSOLE] ?? (Object.keys(services).length === 1 ? Object.values(services)[0] : undefined);
  if (!isTree(found) || typeof found['image'] !== 'string') {
    throw new Failure(`${place} defines no console: it must have a service called console with an image`);
  }
  return found as unknown as Service;
}

function parsed(text: string): unknown {
  try {
    return parse(text, { logLevel: 'error', prettyErrors: false });
  } catch {
    return undefined;
  }
}

/** A console that somebody named. */
export interface NamedConsole {
  readonly name: string;
  /** None for the default one. */
  readonly image?: string;
  /** Name of the file that its image comes in, where no registry has it. */
  readonly archive?: string;
  /** Its definition, where it is not kept yet. */
  readonly text?: string;
}

/** Finds what is meant: a console that is known, a file, a URL, or an image. */
export function findConsole(system: System, given: string): NamedConsole {
  if (consoleNames(system).includes(given)) {
    const known = definitionOf(system, given);
    if (known === undefined) return { name: given };
    const archive = label(known, 'archive');
    return { name: given, image: known.image, ...(archive === undefined ? {} : { archive }) };
  }
  const text = textOf(system, given);
  const service = readDefinition(text, given);
  const name = label(service, 'console') ?? nameFrom(given);
  if (!NAME.test(name) || name === DEFAULT_CONSOLE) {
    throw new Failure(`${name} cannot be the name of a console: give it another with the label io.rancher.os.console`);
  }
  return { name, image: service.image, text };
}

/** The console that an image belongs to: one that is known, or a new one. */
export function consoleOfImage(system: System, image: string): NamedConsole {
  const known = consoleNames(system).find((name) => definitionOf(system, name)?.image === image);
  return findConsole(system, known ?? image);
}

/** Keeps the definition of a console, so that the next start needs neither a file nor a network. */
export function keepConsole(system: System, { name, text }: NamedConsole): void {
  if (text !== undefined) writeFile(system, `${CONSOLES_FOLDER}/${name}.yml`, text, '0644');
}

function textOf(system: System, given: string): string {
  if (/^https?:\/\//.test(given)) {
    const { text, trouble } = fetchText(system, given);
    if (text === undefined) throw new Failure(trouble);
    return text;
  }
  if (/^[./]|\.ya?ml$/.test(given)) {
    const text = system.readText(given);
    if (text === undefined) throw new Failure(`there is no file ${given}`);
    return text;
  }
  // Only a reference with a slash or a tag is surely an image; a bare word is a name that was not found.
  if (!/[/:]/.test(given)) definitionOf(system, given);
  return `${CONSOLE}:\n  image: ${JSON.stringify(given)}\n`;
}

/** `https://host/debian.yml`, `./debian.yml` and `registry:5000/debian:13` are debian. */
function nameFrom(given: string): string {
  const last = given.replace(/@.*$/, '').split('/').at(-1) ?? '';
  return last
    .replace(/:.*$/, '')
    .replace(/\.ya?ml$/, '')
    .toLowerCase();
}
