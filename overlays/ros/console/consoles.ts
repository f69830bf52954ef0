import { MAX_BYTES } from '../config/document.ts';
import { filesIn, writeFile } from '../config/files.ts';
import { goneConsole } from '../config/gone-names.ts';
import { nearestName } from '../config/nearest-name.ts';
import { problemText } from '../config/problem.ts';
import { readCompose } from '../config/read.ts';
import { fetchText } from '../runtime/fetch-text.ts';
import { Failure, type System } from '../runtime/system.ts';
import { label, type Service, type Services } from '../services/config.ts';
import { textsOf } from '../services/key-value.ts';
import { FOREIGN } from './foreign-image.ts';

export const DEFAULT_CONSOLE = 'default';
/** The service that a console is, whichever it is; also the name of its container. */
export const CONSOLE = 'console';
/** Definitions of the user's consoles, kept so that no start needs a network. */
export const CONSOLES_FOLDER = '/var/lib/rancher/consoles';
/** Definitions of the release; their images are release files. */
const SHIPPED = '/usr/share/ros/consoles';

/** Runs programs of the release by the release's own loader, with any C library of the image; its own name selects the program. */
const BY_RELEASE = `${FOREIGN}/by-release`;
const LENT = ['bin/ros', 'bin/docker', 'sbin/halt', 'sbin/poweroff', 'sbin/reboot', 'sbin/shutdown'];

/** The parts of this system that are mounted into every console; everything else its image must have. */
const OURS = [
  '/usr/lib/ros:/usr/lib/ros:ro',
  '/usr/bin/system-docker:/usr/bin/system-docker:ro',
  ...LENT.map((program) => `${BY_RELEASE}:/usr/${program}:ro`),
];

/** For users of the console: programs that its image may lack or have in another version are the release's. */
const PATH = `${FOREIGN}:/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin`;

const NAME = /^[a-z0-9][a-z0-9_.-]*$/;

export function consoleNames(system: System): readonly string[] {
  const defined = [SHIPPED, CONSOLES_FOLDER].flatMap((folder) =>
    filesIn(system, folder).flatMap((file) => /^(.+)\.yml$/.exec(file)?.[1] ?? []),
  );
  return [...new Set([DEFAULT_CONSOLE, ...defined])];
}

/** A definition, and messages with places about the parts that are left out. */
interface Definition {
  readonly service: Service;
  readonly problems: readonly string[];
}

/** The console of that name; undefined for the system's own. */
function definitionOf(system: System, name: string): Definition | undefined {
  if (name === DEFAULT_CONSOLE) return undefined;
  const files = NAME.test(name) ? [CONSOLES_FOLDER, SHIPPED].map((folder) => `${folder}/${name}.yml`) : [];
  for (const file of files) {
    const text = system.readText(file, MAX_BYTES);
    if (text !== undefined) return readDefinition(text, file);
  }
  const gone = goneConsole(name);
  if (gone !== undefined) throw new Failure(`${gone.message} ${gone.hint}`);
  const near = nearestName(name, consoleNames(system));
  const hint = near === undefined ? '' : ` Did you mean ${near}?`;
  throw new Failure(`there is no console ${name}.${hint} \`ros console list\` names those that are known.`);
}

/**
 * The system's services with the console of that name. Keys that its definition does not set are the default console's; parts that cannot be
 * understood are reported and left out.
 */
export function withConsole(
  system: System,
  services: Services,
  name: string,
  tell: (sentence: string) => void = () => undefined,
): Services {
  const given = definitionOf(system, name);
  if (given === undefined) return services;
  for (const problem of given.problems) tell(problem);
  return withService(services, name, given.service);
}

/** Labels about time and place of a start. A console is started like the default one, whatever they say. */
const STARTS = /^io\.rancher\.os\.(scope|createonly|detach|after|before|reloadconfig|platform)$|^cron\./;

/** The system's services with a console of that name and definition. */
export function withService(services: Services, name: string, given: Service): Services {
  const usual = services.get(CONSOLE);
  if (usual === undefined) return services;
  const { environment = {} } = given;
  const labels = Object.entries(given.labels ?? {}).filter(([key]) => !STARTS.test(key));
  const service: Service = {
    ...usual,
    ...given,
    environment:
      'length' in environment ? [`PATH=${PATH}`, ...(environment as readonly string[])] : { PATH, ...environment },
    labels: { ...usual.labels, ...Object.fromEntries(labels), 'io.rancher.os.console': name },
    volumes: [...(usual.volumes ?? []), ...OURS, ...(given.volumes ?? [])],
    volumes_from: usual.volumes_from ?? [],
  };
  return new Map([...services, [CONSOLE, service]]);
}

/** Compose's YAML with a service called console, or with one service of any name. */
function readDefinition(text: string, place: string): Definition {
  const { config, problems } = readCompose(text, place);
  const services = config.rancher?.services ?? {};
  const found = services[CONSOLE] ?? (Object.keys(services).length === 1 ? Object.values(services)[0] : undefined);
  const { image, labels, ...rest } = found ?? {};
  const sentences = problems.filter(({ severity }) => severity === 'error').map(problemText);
  if (image === undefined || image === '') {
    const [why = 'it must have a service called console with an image'] = sentences;
    throw new Failure(`${place} defines no console: ${why}`);
  }
  return { service: { ...rest, image, labels: textsOf(labels) }, problems: sentences };
}

/** A console named by the user. */
export interface NamedConsole {
  readonly name: string;
  /** None for the default one. */
  readonly image?: string;
  /** Name of the file that its image comes in, where no registry has it. */
  readonly archive?: string;
  /** Its definition, where it is not kept yet. */
  readonly text?: string;
  /** The definition; undefined for the default console. */
  readonly service?: Service;
}

/** Resolves a name to a known console, a file, a URL, or an image. An error in its definition is a failure. */
export function findConsole(system: System, given: string): NamedConsole {
  if (consoleNames(system).includes(given)) {
    const known = definitionOf(system, given);
    if (known === undefined) return { name: given };
    const { service } = sound(known, given);
    const archive = label(service, 'archive');
    return { name: given, image: service.image, service, ...(archive === undefined ? {} : { archive }) };
  }
  const text = textOf(system, given);
  const { service } = sound(readDefinition(text, given), given);
  const name = label(service, 'console') ?? nameFrom(given);
  if (!NAME.test(name) || name === DEFAULT_CONSOLE) {
    throw new Failure(`${name} cannot be the name of a console: give it another with the label io.rancher.os.console`);
  }
  return { name, image: service.image, text, service };
}

function sound(definition: Definition, given: string): Definition {
  const [first, ...further] = definition.problems;
  if (first === undefined) return definition;
  const more = further.length === 0 ? '' : `\nand ${further.length} more`;
  throw new Failure(`the definition of the console ${given} has a mistake, and nothing was changed:\n${first}${more}`);
}

/** The console that an image belongs to: one that is known, or a new one. */
export function consoleOfImage(system: System, image: string): NamedConsole {
  const known = consoleNames(system).find((name) => imageOf(system, name) === image);
  return findConsole(system, known ?? image);
}

function imageOf(system: System, name: string): string | undefined {
  try {
    return definitionOf(system, name)?.service.image;
  } catch {
    // An unreadable definition has no image that could be meant.
    return undefined;
  }
}

/** Keeps the definition of a console, so that the next start needs neither a file nor a network. */
export function keepConsole(system: System, { name, text }: NamedConsole): void {
  if (text !== undefined) writeFile(system, `${CONSOLES_FOLDER}/${name}.yml`, text, '0644');
}

function textOf(system: System, given: string): string {
  if (/^https?:\/\//.test(given)) {
    const { text, error } = fetchText(system, given);
    if (text === undefined) throw new Failure(error);
    return text;
  }
  if (/^[./]|\.ya?ml$/.test(given)) {
    const text = system.readText(given, MAX_BYTES);
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
