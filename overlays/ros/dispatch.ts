import type { CommandOfRos, Run } from './commands/command.ts';
import { GONE_COMMANDS, GONE_PROGRAMS } from './commands/of-release-1.ts';
import { nearestName } from './config/nearest-name.ts';
import { requireRoot } from './runtime/require-root.ts';
import { Failure, type System } from './runtime/system.ts';

/** Other users can read neither the configuration nor System Docker, so a partial answer would be wrong. */
const ROOTS = { isRoots: (): boolean => true } as const;
/** The same for what is nothing without a word behind it, and says so. */
const ROOTS_VERBS = { isRoots: (args: readonly string[]): boolean => args.length > 0 } as const;

// A command's code is read when it is asked for: on a slow machine reading all of it takes half a second, at each of a dozen calls of a start.
const COMMANDS: Readonly<Record<string, CommandOfRos>> = {
  'cloud-init': {
    summary: 'the datasource that configured this machine (status)',
    ...ROOTS,
    load: async () => (await import('./commands/cloud-init.ts')).cloudInit,
  },
  config: {
    summary: 'the configuration: get, set, merge, export, validate',
    load: async () => (await import('./commands/config.ts')).config,
  },
  console: {
    summary: 'the console: list, switch, enable',
    ...ROOTS_VERBS,
    load: async () => (await import('./commands/console.ts')).console,
  },
  install: {
    summary: 'writes this system to a disk',
    load: async () => (await import('./commands/install.ts')).install,
  },
  netconf: {
    summary: 'makes the network what the configuration says',
    ...ROOTS,
    load: async () => (await import('./commands/netconf.ts')).netconf,
  },
  dev: {
    summary: 'the device that has a label',
    // Only root may read the labels of disks.
    isRoots: ([wanted = '']) => !wanted.startsWith('/'),
    load: async () => (await import('./commands/environment.ts')).dev,
  },
  engine: {
    summary: "the engine of the user's Docker",
    ...ROOTS_VERBS,
    load: async () => (await import('./commands/engine.ts')).engine,
  },
  env: {
    summary: 'a command in the environment of the configuration',
    ...ROOTS,
    load: async () => (await import('./commands/environment.ts')).env,
  },
  os: {
    summary: 'the releases: version, list',
    isRoots: ([verb, ...rest]) => verb === 'list' && rest.every((word) => word.startsWith('-')),
    load: async () => (await import('./commands/os.ts')).os,
  },
  service: {
    summary: 'services: list, enable, up, stop, logs and more',
    ...ROOTS_VERBS,
    load: async () => (await import('./commands/service.ts')).service,
  },
  tls: {
    summary: 'certificates for Docker over the network',
    ...ROOTS_VERBS,
    load: async () => (await import('./commands/tls.ts')).tls,
  },
  shutdown: {
    summary: 'power the machine off (-r: restart it)',
    ...ROOTS,
    load: async () => (await import('./commands/power.ts')).shutdown,
  },
  version: { summary: 'the release that runs', load: async () => (await import('./commands/version.ts')).version },
  // The system's own.
  'console-finish': { load: async () => (await import('./commands/console-finish.ts')).consoleFinish },
  'console-init': { load: async () => (await import('./commands/console-init.ts')).consoleInit },
  'docker-config': { load: async () => (await import('./commands/docker-config.ts')).dockerConfig },
  early: { load: async () => (await import('./commands/early.ts')).early },
  'guest-login': { load: async () => (await import('./commands/guest-login.ts')).guestLogin },
  modems: { load: async () => (await import('./commands/modems.ts')).modems },
  'ntp-config': { load: async () => (await import('./commands/netconf.ts')).ntpConfig },
  'preload-images': { load: async () => (await import('./commands/preload-images.ts')).preloadImages },
  'prove-start': { load: async () => (await import('./install/prove-start.ts')).proveStart },
  sysinit: { load: async () => (await import('./commands/sysinit.ts')).sysinit },
  'switch-console': { load: async () => (await import('./commands/console.ts')).switchConsole },
  'stop-services': { load: async () => (await import('./commands/power.ts')).stopServices },
};

const ALIASES: Readonly<Record<string, string>> = {
  // Images of services that were made for RancherOS 1 begin with it.
  entrypoint: 'env',
  '-v': 'version',
  '--version': 'version',
  c: 'config',
  s: 'service',
};

/** One program, many names: links called reboot, poweroff, halt and shutdown lead here. */
const NAMES: Readonly<Record<string, () => Promise<Run>>> = {
  reboot: () => ending('reboot'),
  poweroff: () => ending('poweroff'),
  halt: () => ending('halt'),
  shutdown: async () => rootsOnly('shutdown', (await import('./commands/power.ts')).shutdown),
  netconf: async () => rootsOnly('netconf', (await import('./commands/netconf.ts')).netconf),
  'wait-for-docker': async () => (await import('./commands/wait-for-docker.ts')).waitForDocker,
};

/** A program of its own name that only root can run to any effect. */
const rootsOnly =
  (name: string, work: Run): Run =>
  (system, args) => {
    if (!asksForHelp(args)) requireRoot(system, [name, ...args].join(' '));
    return work(system, args);
  };

async function ending(action: 'reboot' | 'poweroff' | 'halt'): Promise<Run> {
  const { end } = await import('./commands/power.ts');
  return rootsOnly(action, (system, args) => end(system, action, args));
}

const asksForHelp = (args: readonly string[]): boolean => ['help', '-h', '--help'].some((word) => args.includes(word));

/** Whether it is the system that calls this command, and no person. */
export const isOfSystem = (word: string): boolean =>
  Object.hasOwn(COMMANDS, word) && COMMANDS[word]?.summary === undefined;

function usage(): string {
  const listed = Object.entries(COMMANDS).flatMap(([name, { summary }]) =>
    summary === undefined ? [] : [`  ${name.padEnd(10)} ${summary}`],
  );
  return `usage: ros [-v] COMMAND\n\n${listed.join('\n')}\n\nros COMMAND --help says more.`;
}

/** Runs the command that the program's name and arguments name, and returns the exit status. Errors are thrown. */
export async function dispatch(system: System): Promise<number> {
  // QuickJS ends a program with an internal message when a promise is rejected before anything awaits it.
  await undefined;
  const program = system.program.split('/').at(-1) ?? '';
  if (Object.hasOwn(GONE_PROGRAMS, program)) throw new Failure(`${program} is gone: ${GONE_PROGRAMS[program]}`);
  const named = Object.hasOwn(NAMES, program) ? NAMES[program] : undefined;
  if (named !== undefined) return (await named())(system, system.args);
  const [word = '', ...args] = system.args;
  if (['help', '-h', '--help'].includes(word)) {
    system.print(usage());
    return 0;
  }
  const name = Object.hasOwn(ALIASES, word) ? (ALIASES[word] ?? word) : word;
  const command = Object.hasOwn(COMMANDS, name) ? COMMANDS[name] : undefined;
  if (command !== undefined) {
    if (command.isRoots?.(args) === true && !asksForHelp(args)) requireRoot(system, ['ros', name, ...args].join(' '));
    return (await command.load())(system, args);
  }
  if (Object.hasOwn(GONE_COMMANDS, word)) throw new Failure(`ros ${word} is gone: ${GONE_COMMANDS[word]}`);
  const near = nearestName(word, Object.keys(COMMANDS));
  const hint = near === undefined ? '' : ` Did you mean ${near}?`;
  system.complain(word === '' ? usage() : `there is no command ${word}.${hint}\n${usage()}`);
  return 2;
}
