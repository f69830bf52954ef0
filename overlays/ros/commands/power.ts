import { Engine, type StopLimit } from '../docker/engine.ts';
import { DEFAULT_SHUTDOWN_LIMIT, SHUTDOWN_LIMIT } from '../early/shutdown-limit.ts';
import { sentenceOf } from '../runtime/sentence.ts';
import type { System } from '../runtime/system.ts';
import { isCreateOnly, label, readServices, type Service, type Services } from '../services/config.ts';
import { graceOf } from '../services/container.ts';
import { waves } from '../services/start-order.ts';

const PIPE = '/run/ros/power';
/** Never stopped: without it, a System Docker that gets SIGTERM would exit (see os-config.yml). */
const HOLD = 'hold';
const DOCKER = 'docker';
/** Seconds that Docker gives a container that names none. */
const DOCKERS_OWN = 10;

export type Action = 'reboot' | 'poweroff' | 'halt';

const ENDINGS: Readonly<Record<Action, string>> = {
  reboot: 'ends all services in order and starts the machine again',
  poweroff: 'ends all services in order and switches the machine off',
  halt: 'ends all services in order and stops the machine without switching it off',
};

const SHUTDOWN_USAGE = `usage: shutdown [-h|-P|-H|-r] [now]

Ends all services in order and switches the machine off, at once: there is no other time than now.

  -h, -P, --poweroff   switches it off
  -H, --halt           stops it without switching it off
  -r, --reboot         starts it again`;

/** `reboot`, `poweroff`, `halt`. Options of other systems, such as -f, are ignored. */
export function end(system: System, action: Action, args: readonly string[]): number {
  if (!args.includes('--help')) return power(system, action);
  system.print(`usage: ${action}\n\n${action} ${ENDINGS[action]}.`);
  return 0;
}

/** Asks the supervisor to end the machine. */
export function power(system: System, action: Action): number {
  system.appendText(PIPE, `${action}\n`);
  return 0;
}

/** `shutdown [-h|-P|-H|-r] [now|+0 [WORDS]]`: as in RancherOS 1, the only time is now. Agents of hypervisors write `+0`, with a message after it. */
export function shutdown(system: System, args: readonly string[]): number {
  if (args.includes('--help')) {
    system.print(SHUTDOWN_USAGE);
    return 0;
  }
  let action: Action = 'poweroff';
  const time = args.findIndex((arg) => arg === 'now' || arg === '+0');
  for (const arg of time < 0 ? args : args.slice(0, time)) {
    if (arg === '-r' || arg === '--reboot') action = 'reboot';
    else if (arg === '-H' || arg === '--halt') action = 'halt';
    else if (arg === '-h' || arg === '-P' || arg === '--poweroff') action = 'poweroff';
    else {
      system.complain(`shutdown: ${arg} is neither an option nor now.\n${SHUTDOWN_USAGE}`);
      return 2;
    }
  }
  return power(system, action);
}

/**
 * Run by the supervisor, never by hand: stops the services in the reverse order of their start, consoles last so that a user there sees it. Each has
 * its own time limit; the caller ends the machine when rancher.shutdown_timeout is over. Fails when System Docker does not answer, because it is
 * stopping them by itself.
 */
export function stopServices(system: System): number {
  const engine = new Engine(system);
  if (!engine.isReady()) return 1;
  const services = knownServices(system);
  // Containers that no service describes were started by hand, after everything else.
  const foreign = engine.list().flatMap(({ name }) => (services.has(name) || name === HOLD ? [] : [name]));
  const limit = shutdownLimit(system);
  for (const names of [foreign, ...orderOf(system, services)])
    for (const problem of engine.stop(names, (name) => timeToEnd(name, services.get(name), limit)))
      system.complain(problem);
  return 0;
}

/** None where no configuration can be read: then all containers are stopped at once. */
function knownServices(system: System): Services {
  try {
    return readServices(system);
  } catch (error) {
    system.complain(`the services are stopped without order: ${sentenceOf(error)}`);
    return new Map();
  }
}

/** Seconds that the whole shutdown has. */
function shutdownLimit(system: System): number {
  const seconds = Number(system.readText(SHUTDOWN_LIMIT)?.trim());
  return Number.isInteger(seconds) && seconds > 0 ? seconds : DEFAULT_SHUTDOWN_LIMIT;
}

/** Time limit of a container; undefined in place of a service where it was made by hand. */
export function timeToEnd(name: string, service: Service | undefined, limit: number): StopLimit {
  // Its containers have their own limits and dockerd ends soon after the last of them; services that are stopped after it need some seconds as well.
  if (name === DOCKER) return { seconds: Math.max(20, limit - 15), maxTime: limit };
  const grace = service === undefined ? limit : (safeGrace(service) ?? DOCKERS_OWN);
  // A container that cannot be killed, because a disk no longer answers, delays the others by this time.
  return { maxTime: grace < 0 ? limit : Math.min(limit, Math.max(30, grace + 10)) };
}

function safeGrace(service: Service): number | undefined {
  try {
    return graceOf(service);
  } catch {
    return undefined;
  }
}

/** No definition may keep a machine from ending: where the order is unknown, all are stopped at once. */
function orderOf(system: System, services: Services): readonly (readonly string[])[] {
  try {
    return stopOrder(services);
  } catch (error) {
    system.complain(`the services are stopped without order: ${sentenceOf(error)}`);
    return [[...services.keys()].filter((name) => name !== HOLD)];
  }
}

/** Groups of services, each of which is stopped when the one before it has been. */
export function stopOrder(services: Services): readonly (readonly string[])[] {
  const runs = new Map([...services].filter(([name, service]) => name !== HOLD && !isCreateOnly(service)));
  const isConsole = (name: string) => {
    const service = services.get(name);
    return service !== undefined && label(service, 'console') !== undefined;
  };
  const groups = waves(runs).reverse();
  return [...groups.map((names) => names.filter((name) => !isConsole(name))), groups.flat().filter(isConsole)];
}
