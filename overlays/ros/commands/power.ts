import { Engine } from '../docker/engine.ts';
import type { System } from '../runtime/system.ts';
import { isCreateOnly, label, readServices } from '../services/config.ts';
import { waves } from '../services/order.ts';

const PIPE = '/run/ros/power';
/** Never stopped: without it, a System Docker that was told to end would leave (see os-config.yml). */
const HOLD = 'hold';

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

/** `reboot`, `poweroff`, `halt`. Options of other systems, such as -f, change nothing: whoever wrote them wants the machine to end. */
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

/**
 * `shutdown [-h|-P|-H|-r] [now|+0 [WORDS]]`: as in RancherOS 1, there is no other time than now. Agents of hypervisors write it `+0`,
 * and words for everybody behind it.
 */
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
 * Run by the supervisor, never by hand: stops the services against the order of their start, consoles last so that
 * whoever sits there sees it. Fails when System Docker does not answer, because it is stopping them by itself.
 */
export function stopServices(system: System): number {
  const engine = new Engine(system);
  if (!engine.isReady()) return 1;
  const services = readServices(system);
  const runs = new Map([...services].filter(([name, service]) => name !== HOLD && !isCreateOnly(service)));
  const isConsole = (name: string) => {
    const service = services.get(name);
    return service !== undefined && label(service, 'console') !== undefined;
  };
  // Containers that no service describes were started by somebody by hand, on top of everything else.
  const foreign = engine.list().flatMap(({ name }) => (services.has(name) ? [] : [name]));
  const groups = waves(runs).reverse();
  const order = [foreign, ...groups.map((names) => names.filter((name) => !isConsole(name)))];
  order.push(groups.flat().filter(isConsole));
  for (const names of order) {
    for (const problem of engine.stop(names, 30)) system.complain(problem);
  }
  return 0;
}
