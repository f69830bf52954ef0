import { readdir, stat } from 'node:fs/promises';
import path from 'node:path';
import { BuildError, type Failure, type Place } from '../core/failure.ts';
import { compareCodeUnits } from '../core/json.ts';
import * as messages from './messages.ts';
import { nearestName } from './nearest-name.ts';
import { loadYaml, type YamlFile } from './yaml-file.ts';

/** The guest's schema says the rest. */
const MAPPING = { type: 'object' } as const;
const CONFIGURATION = 'overlays/system/usr/share/ros/os-config.yml';
const DEFINITIONS = /^usr\/share\/ros\/services\/[\w-]+\.yml$/;
const SCRIPTS = '/usr/lib/ros/services/';
/** An image of this release; others are pulled by the machine. */
const OWN_IMAGE = /^rancher\/(?<name>os-[\w-]+):\$\{VERSION\}$/;

/** What is looked at of a service; the guest's schema says the rest. */
interface Service {
  readonly image?: string;
  readonly command?: string | readonly string[];
  readonly volumes_from?: readonly string[];
  readonly labels?: { readonly [name: string]: string };
}

/** A directory that becomes part of a system. */
export interface OverlayDirectory {
  readonly folder: string;
  /** How places name it. */
  readonly shownAs: string;
}

/** A service of the release, and where it stands. */
export interface ServiceDefinition {
  /** From the top of the project, with slashes. */
  readonly file: string;
  /** The directory of `overlays/` that has it. */
  readonly overlay: string;
  /** Where its scripts may lie: a target's own service may use a script of the system. */
  readonly scriptsIn: readonly OverlayDirectory[];
  readonly name: string;
  readonly service: Service;
  /** Place of a key of the service, or of the service itself. */
  readonly place: (...keys: readonly string[]) => Place;
}

/** Services of the system and of targets, from `overlays/`. Throws a BuildError for a file that is not YAML. */
export async function readServiceDefinitions(projectFolder: string): Promise<readonly ServiceDefinition[]> {
  const overlays = await readdir(path.join(projectFolder, 'overlays'), { withFileTypes: true });
  const found: ServiceDefinition[] = [];
  for (const { name: overlay } of overlays.filter((entry) => entry.isDirectory()).sort(byName)) {
    const folder = path.join(projectFolder, 'overlays', overlay, 'usr/share/ros/services');
    const names = await readdir(folder).catch(() => []);
    const files = names.map((name) => `usr/share/ros/services/${name}`).filter((name) => DEFINITIONS.test(name));
    for (const file of files.sort(compareCodeUnits))
      found.push(...(await definitionsIn(projectFolder, `overlays/${overlay}/${file}`, overlay, [])));
  }
  return [...(await definitionsIn(projectFolder, CONFIGURATION, 'system', ['rancher', 'services'])), ...found];
}

function byName(one: { readonly name: string }, other: { readonly name: string }): number {
  return compareCodeUnits(one.name, other.name);
}

async function definitionsIn(
  projectFolder: string,
  file: string,
  overlay: string,
  keys: readonly string[],
): Promise<readonly ServiceDefinition[]> {
  const scriptsIn = [...new Set([overlay, 'system'])].map((each) => overlayDirectory(projectFolder, each));
  return definitionsOfFile({ file: path.join(projectFolder, file), shownAs: file, keys, overlay, scriptsIn });
}

/** A directory of `overlays/`. */
export function overlayDirectory(projectFolder: string, overlay: string): OverlayDirectory {
  return { folder: path.join(projectFolder, 'overlays', overlay), shownAs: `overlays/${overlay}` };
}

/** The services of a file, which stand below some keys of it. */
export async function definitionsOfFile({
  file,
  shownAs,
  keys,
  overlay,
  scriptsIn,
}: Pick<ServiceDefinition, 'overlay' | 'scriptsIn'> & {
  readonly file: string;
  readonly shownAs: string;
  readonly keys: readonly string[];
}): Promise<readonly ServiceDefinition[]> {
  const yaml: YamlFile<unknown> = await loadYaml({ file, shownAs, schema: MAPPING });
  const services = keys.reduce<unknown>((inside, key) => (inside as Record<string, unknown>)[key], yaml.data) ?? {};
  return Object.entries(services as { readonly [name: string]: Service }).map(([name, service]) => ({
    ...{ file: shownAs, overlay, scriptsIn, name, service: service ?? {} },
    place: (...below) => yaml.place([...keys, name, ...below]),
  }));
}

/**
 * What the definitions name that there is not: services, scripts, images of this release, a scope; and circles of their order. A machine would
 * start without them and say so only there. `images` are those of every system, such as `os-base`; a target has `os-` and its overlay's name too.
 */
export async function serviceMistakes(
  definitions: readonly ServiceDefinition[],
  images: readonly string[],
): Promise<readonly Failure[]> {
  const known = definitions.map(({ name }) => name);
  const failures: Failure[] = [];
  for (const definition of definitions) {
    const { name, service, place } = definition;
    const scope = label(service, 'scope');
    if (scope === '') failures.push(messages.serviceWithoutScope(place('labels'), name));
    for (const word of ['after', 'before']) {
      for (const other of orderOf(service, word).filter((each) => !known.includes(each)))
        failures.push(
          messages.noSuchService(place('labels', `io.rancher.os.${word}`), other, nearestName(other, known)),
        );
    }
    for (const other of (service.volumes_from ?? []).filter((each) => !known.includes(each)))
      failures.push(messages.noSuchService(place('volumes_from'), other, nearestName(other, known)));
    failures.push(...imageMistakes(definition, images), ...(await scriptMistakes(definition)));
  }
  return [...failures, ...circles(definitions)];
}

/** Throws a BuildError with all mistakes in the definitions of this repository and of a project, whose names must be new. */
export async function demandServices(
  projectFolder: string,
  images: readonly string[],
  ofProduct: readonly ServiceDefinition[] = [],
): Promise<void> {
  const ours = await readServiceDefinitions(projectFolder);
  const failures = ofProduct.flatMap((each, index) => {
    const other = [...ours, ...ofProduct.slice(0, index)].find(({ name }) => name === each.name);
    return other ? [messages.serviceNameTaken(each.place(), each.name, other.file)] : [];
  });
  const [first, ...rest] = [...failures, ...(await serviceMistakes([...ours, ...ofProduct], images))];
  if (first) throw new BuildError([first, ...rest]);
}

function label({ labels }: Service, name: string): string {
  return labels?.[`io.rancher.os.${name}`] ?? '';
}

function orderOf(service: Service, word: string): readonly string[] {
  return label(service, word)
    .split(',')
    .map((each) => each.trim())
    .filter((each) => each !== '');
}

function imageMistakes({ overlay, service, place }: ServiceDefinition, images: readonly string[]): readonly Failure[] {
  const { image = '' } = service;
  const name = OWN_IMAGE.exec(image)?.groups?.['name'];
  const known = [...images, ...(overlay === 'system' ? [] : [`os-${overlay}`])];
  if (!image.includes('${VERSION}') || (name !== undefined && known.includes(name))) return [];
  return [
    messages.noSuchImage(
      place('image'),
      image,
      known.map((each) => `rancher/${each}:\${VERSION}`),
    ),
  ];
}

async function scriptMistakes({ scriptsIn, service, place }: ServiceDefinition): Promise<readonly Failure[]> {
  const [program = ''] = typeof service.command === 'string' ? service.command.split(' ') : (service.command ?? []);
  if (!program.startsWith(SCRIPTS)) return [];
  for (const { folder, shownAs } of scriptsIn) {
    const status = await stat(path.join(folder, program)).catch(() => undefined);
    if (status) return (status.mode & 0o111) === 0 ? [messages.scriptNotExecutable(`${shownAs}${program}`)] : [];
  }
  return [messages.noSuchScript(place('command'), program, `${scriptsIn[0]?.shownAs ?? ''}${program}`)];
}

/** Each circle of the order once. */
function circles(definitions: readonly ServiceDefinition[]): readonly Failure[] {
  const after = new Map(definitions.map(({ name, service }) => [name, new Set(orderOf(service, 'after'))]));
  for (const { name, service } of definitions)
    for (const other of orderOf(service, 'before')) after.get(other)?.add(name);
  const failures: Failure[] = [];
  const done = new Set<string>();
  const visit = (name: string, way: readonly string[]): void => {
    const at = way.indexOf(name);
    if (at >= 0) {
      const definition = definitions.find((each) => each.name === name);
      if (definition) failures.push(messages.servicesInCircle(definition.place('labels'), [...way.slice(at), name]));
      return;
    }
    if (done.has(name)) return;
    for (const other of after.get(name) ?? []) visit(other, [...way, name]);
    done.add(name);
  };
  for (const { name } of definitions) visit(name, []);
  return failures;
}
