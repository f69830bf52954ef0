import type { CloudConfig } from '../config/schema.ts';
import { joinFiles, OS_CONFIG_FILE, readSources } from '../config/sources.ts';
import type { Engine } from '../docker/engine.ts';
import { alarm, note } from '../runtime/kernel-log.ts';
import { sentenceOf } from '../runtime/sentence.ts';
import { Failure, type System } from '../runtime/system.ts';
import { findServices, isCreateOnly, label, type Services, schedule } from '../services/config.ts';
import { type ContainerSpec, containerSpec } from '../services/container.ts';
import { surroundings } from '../services/start-plan.ts';
import { awaitLogin } from './await-login.ts';
import { CONSOLE, DEFAULT_CONSOLE, withConsole } from './consoles.ts';

/** The container of the console among these services; fails where it cannot be made, or would not be started as a console is. */
export function consoleSpec(system: System, config: CloudConfig, services: Services): ContainerSpec {
  const service = services.get(CONSOLE);
  if (service === undefined) throw new Failure('the release has no console');
  if (label(service, 'scope') === 'user' || isCreateOnly(service) || schedule(service) !== undefined)
    throw new Failure('its labels keep the console from being started with the system.');
  if (label(service, 'detach') === 'false') throw new Failure('io.rancher.os.detach: a console never ends.');
  return containerSpec(services, CONSOLE, service, surroundings(system, config));
}

/**
 * The services with the configured console. Where it is unknown or its container cannot be made, the default one takes its place, and where
 * rancher.services has broken that, the release's own.
 */
export function configuredConsole(system: System, services: Services, config: CloudConfig): Services {
  const name = config.rancher?.console ?? DEFAULT_CONSOLE;
  const key = name === DEFAULT_CONSOLE ? 'rancher.services.console' : 'rancher.console';
  try {
    const changed = withConsole(system, services, name, (sentence) => alarm(system, `${key}: ${sentence}`));
    consoleSpec(system, config, changed);
    return changed;
  } catch (error) {
    alarm(system, `${key}: ${sentenceOf(error)} The default console starts instead.`);
    return withDefaultConsole(system, config, services);
  }
}

/** The services with the default console as it is configured where that can be made, else as the release has it. */
function withDefaultConsole(system: System, config: CloudConfig, services: Services): Services {
  try {
    consoleSpec(system, config, services);
    return services;
  } catch {
    return withReleasesConsole(system, services);
  }
}

/** The services with the console of the release, and with the volumes that it takes. */
function withReleasesConsole(system: System, services: Services): Services {
  const { config } = joinFiles(readSources(system).files.filter(({ by }) => by === 'release'));
  const released = findServices(system, config).services;
  if (!released.has(CONSOLE)) throw new Failure(`${OS_CONFIG_FILE} defines no console`);
  const parts = [...released].filter(([name, service]) => name === CONSOLE || isCreateOnly(service));
  return new Map([...services, ...parts]);
}

/** Whether the default console may have been changed. The release's own needs no watching. */
export function isChanged(system: System, services: Services): boolean {
  if (services.get(CONSOLE)?.entrypoint !== undefined) return true;
  const { files, kernelLine } = readSources(system);
  const texts = files.filter(({ by }) => by !== 'release').map(({ text }) => text);
  return [...texts, kernelLine].some((text) => /\bconsole["']?:\s*(\n|\{|$)|services\.console/.test(text));
}

interface Around {
  /** The system's, with the default console. */
  readonly services: Services;
  readonly config: CloudConfig;
  /** Of the console that was started. */
  readonly name: string;
}

/** Replaces the running console by the one of that name, and by the default one where no login is possible. */
export function replaceConsole(system: System, engine: Engine, { services, config, name }: Around): void {
  const spec = consoleSpec(system, config, withConsole(system, services, name));
  engine.stop([CONSOLE], 30);
  const problems = [...engine.create([{ name: CONSOLE, spec }]), ...engine.start([CONSOLE])];
  note(system, `the console is now ${name}`);
  const around = { services, config, name };
  if (problems.length > 0) backToDefault(system, engine, around, `does not start: ${problems.join('; ')}`);
  else if (name !== DEFAULT_CONSOLE || isChanged(system, services)) watchConsole(system, engine, around);
}

/** Waits until a login to the started console is possible; the default console takes its place where it is not. */
export function watchConsole(system: System, engine: Engine, { services, config, name }: Around): void {
  const error = awaitLogin(system, engine);
  if (error !== undefined) backToDefault(system, engine, { services, config, name }, error);
}

function backToDefault(system: System, engine: Engine, { services, config, name }: Around, why: string): void {
  alarm(system, `the console ${name} ${why}. The default console takes its place.`);
  const others =
    name === DEFAULT_CONSOLE ? withReleasesConsole(system, services) : withDefaultConsole(system, config, services);
  const spec = consoleSpec(system, config, others);
  const problems = [...engine.create([{ name: CONSOLE, spec }]), ...engine.start([CONSOLE])];
  for (const problem of problems) alarm(system, problem);
}
