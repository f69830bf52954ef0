import { nearestName } from '../config/nearest-name.ts';
import { loadConfig } from '../config/sources.ts';
import { archiveOnMachine, isArchive, loadArchive, loadReleaseArchive } from '../console/archive.ts';
import {
  CONSOLE,
  consoleNames,
  consoleOfImage,
  DEFAULT_CONSOLE,
  findConsole,
  keepConsole,
  type NamedConsole,
  withConsole,
  withService,
} from '../console/consoles.ts';
import { consoleSpec, replaceConsole } from '../console/replace-console.ts';
import { Engine } from '../docker/engine.ts';
import { run } from '../runtime/run.ts';
import { sentenceOf } from '../runtime/sentence.ts';
import { Failure, type System } from '../runtime/system.ts';
import { findServices, readServices, runningVersion, type Service, type Services } from '../services/config.ts';
import { containerSpec } from '../services/container.ts';
import { set } from './config-change.ts';
import { type Options, readOptions, type Taken, UsageError } from './config-options.ts';

const USAGE = `usage: ros console VERB

  list              consoles, and which one runs (--json)
  enable CONSOLE    at the next start
  switch CONSOLE    now: all sessions on the console end (-f, --force: without asking)

CONSOLE is a name of the list, or a new one: a YAML file or URL with a service called console, an image, or the path or
URL of an archive (.tar, .tar.gz) with an image. The image of debian is in console-debian.tar.gz beside the release, and is fetched from
there where rancher.upgrade.url names the list of releases. Other
images are pulled where System Docker does not have them (--no-pull: never), and must hold bash, coreutils and sudo; sshd, agetty and ros
are those of the release, whatever C library the image has. A console in which nobody can log in is replaced by the default one.`;

const HELPER = 'switch-console';
const PROOF = 'console-proof';

interface Verb {
  readonly taken?: Taken;
  readonly run: (system: System, options: Options) => number;
}

const VERBS: Readonly<Record<string, Verb>> = {
  list: { taken: { flags: { u: 'update' } }, run: list },
  enable: { taken: { flags: { n: 'no-pull' } }, run: enable },
  switch: { taken: { flags: { f: 'force', n: 'no-pull' } }, run: switchTo },
};

/** `ros console`. */
export function console(system: System, [word = '', ...rest]: readonly string[]): number {
  if (['-h', '--help', 'help'].includes(word) || rest.some((arg) => arg === '-h' || arg === '--help')) {
    system.print(USAGE);
    return 0;
  }
  const verb = Object.hasOwn(VERBS, word) ? VERBS[word] : undefined;
  if (verb === undefined) {
    const near = nearestName(word, Object.keys(VERBS));
    const hint = near === undefined ? '' : ` Did you mean ${near}?`;
    system.complain(word === '' ? USAGE : `there is no command console ${word}.${hint}\n${USAGE}`);
    return 2;
  }
  try {
    return verb.run(system, readOptions(rest, verb.taken));
  } catch (error) {
    if (!(error instanceof UsageError)) throw error;
    system.complain(`console ${word}: ${error.message}\n${USAGE}`);
    return 2;
  }
}

function list(system: System, { words, flags }: Options): number {
  if (words.length > 0) throw new UsageError('list takes no words.');
  const enabled = loadConfig(system).config.rancher?.console ?? DEFAULT_CONSOLE;
  const current = new Engine(system).labelOf(CONSOLE, 'io.rancher.os.console');
  const rows = consoleNames(system).map((name) => ({
    name,
    state: name === current ? 'current' : name === enabled ? 'enabled' : 'disabled',
  }));
  if (flags.has('json')) system.print(JSON.stringify(rows));
  else for (const { name, state } of rows) system.print(`${state.padEnd(8)} ${name}`);
  return 0;
}

function enable(system: System, options: Options): number {
  const name = prepared(system, options);
  set(system, readOptions(['rancher.console', name]));
  system.print(`The console ${name} starts with the next start of the machine.`);
  return 0;
}

function switchTo(system: System, options: Options): number {
  if (!options.flags.has('force') && !agrees(system))
    throw new Failure('nothing was changed: nobody said y at the terminal (-f does not ask)');
  const name = prepared(system, options);
  set(system, readOptions(['rancher.console', name]));
  startHelper(system, name);
  return 0;
}

/** Asks at the terminal, even where the standard input is something else. */
function agrees(system: System): boolean {
  const ask = 'printf "%s" "$1" >/dev/tty && read -r answer </dev/tty && [ "$answer" = y ]';
  const question = 'All sessions on the console end now. Go on? [y/N] ';
  const { status } = run(system, ['sh', '-c', `(${ask}) 2>/dev/null`, 'ros', question]);
  return status === 0;
}

/** Registers a console: keeps its definition and makes sure that its image is there. Returns its name. */
function prepared(system: System, { words, flags }: Options): string {
  const [given, ...further] = words;
  if (given === undefined || further.length > 0) throw new UsageError('It takes one console.');
  const found = isArchive(given) ? consoleOfImage(system, loadArchive(system, given)) : findConsole(system, given);
  if (found.image !== undefined) fetchImage(system, found, found.image, !flags.has('no-pull'));
  if (found.service !== undefined) proveConsole(system, found.name, found.service);
  keepConsole(system, found);
  return found.name;
}

/** Has System Docker create a container that is never started, so that a refused definition changes nothing. */
function proveConsole(system: System, name: string, service: Service): void {
  const { config } = loadConfig(system);
  const services = withService(findServices(system, config).services, name, service);
  const engine = new Engine(system);
  try {
    const spec = consoleSpec(system, config, services);
    const [problem] = engine.createIfThere([{ name: PROOF, spec: { ...spec, Labels: {} } }]).problems;
    if (problem !== undefined) throw new Failure(problem.replace(`${PROOF}: `, ''));
  } catch (error) {
    throw new Failure(`the console ${name} cannot be made, and nothing was changed: ${sentenceOf(error)}`);
  } finally {
    engine.remove([PROOF], true, true);
  }
}

function fetchImage(system: System, { name, archive }: NamedConsole, image: string, mayPull: boolean): void {
  if (run(system, ['system-docker', 'image', 'inspect', image], { withErrors: true }).status === 0) return;
  if (archive !== undefined) {
    const path = archiveOnMachine(system, archive);
    if (path === undefined) {
      fetchArchive(system, name, archive);
      return;
    }
    loadArchive(system, path);
    return;
  }
  const load = 'Without a network: `system-docker load -i FILE`.';
  if (!mayPull) throw new Failure(`System Docker has no image ${image}. ${load}`);
  const { status, stdout } = run(system, ['system-docker', 'pull', image], { withErrors: true });
  if (status === 0) return;
  throw new Failure(`the image ${image} cannot be pulled: ${stdout.trim().split('\n').at(-1) ?? ''}. ${load}`);
}

/** From the address of the release, where the configuration names one and there is a network. */
function fetchArchive(system: System, name: string, archive: string): void {
  const by = `\`ros console switch PATH\` (or URL) takes it from there`;
  const list = loadConfig(system).config.rancher?.upgrade?.url;
  try {
    if (list === undefined || list === '') throw new Failure('rancher.upgrade.url names no address to fetch it from');
    loadReleaseArchive(system, list, archive);
  } catch (error) {
    const place = `the image of the console ${name} is in ${archive} beside the release: ${by}`;
    throw new Failure(`${place}. ${sentenceOf(error)}`);
  }
}

/** The process that replaces the console must not run in it. */
function startHelper(system: System, name: string): void {
  const services = readServices(system);
  const usual = withConsole(system, services, DEFAULT_CONSOLE).get(CONSOLE);
  if (usual === undefined) throw new Failure('the release has no console');
  const helper = {
    ...usual,
    image: `rancher/os-base:${runningVersion(system)}`,
    command: ['ros', HELPER, name],
    restart: 'no',
  };
  const labels = { 'io.rancher.os.scope': 'system' };
  const withHelper: Services = new Map([...services, [HELPER, { ...helper, labels }]]);
  const engine = new Engine(system);
  const spec = containerSpec(withHelper, HELPER, { ...helper, labels });
  const problems = [...engine.create([{ name: HELPER, spec }]), ...engine.start([HELPER])];
  if (problems.length > 0) throw new Failure(`the console cannot be replaced: ${problems.join('; ')}`);
}

/** The system's own, in a container beside the console: `ros switch-console NAME`. */
export function switchConsole(system: System, [name = DEFAULT_CONSOLE]: readonly string[]): number {
  const { config } = loadConfig(system);
  const { services } = findServices(system, config);
  replaceConsole(system, new Engine(system), { services, config, name });
  return 0;
}
