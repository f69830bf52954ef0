import * as std from 'std';
import type { CommandOfRos, Run } from './commands/command.ts';
import { nearestName } from './config/nearest-name.ts';
import { alarm } from './runtime/kernel-log.ts';
import { quickjs } from './runtime/quickjs.ts';
import { sentenceOf } from './runtime/sentence.ts';
import { Failure, type System } from './runtime/system.ts';

// A command's code is read when it is asked for: on a slow machine reading all of it takes half a second, at each of a dozen calls of a start.
const COMMANDS: Readonly<Record<string, CommandOfRos>> = {
  'cloud-init': {
    summary: 'the datasource that configured this machine (status)',
    load: async () => (await import('./commands/cloud-init.ts')).cloudInit,
  },
  config: {
    summary: 'the configuration: get, set, merge, export, validate',
    load: async () => (await import('./commands/config.ts')).config,
  },
  console: {
    summary: 'the console: list, switch, enable',
    load: async () => (await import('./commands/console.ts')).console,
  },
  install: {
    summary: 'writes this system to a disk',
    load: async () => (await import('./commands/install.ts')).install,
  },
  netconf: {
    summary: 'makes the network what the configuration says',
    load: async () => (await import('./commands/netconf.ts')).netconf,
  },
  dev: { summary: 'the device that has a label', load: async () => (await import('./commands/environment.ts')).dev },
  engine: {
    summary: "the engine of the user's Docker",
    load: async () => (await import('./commands/engine.ts')).engine,
  },
  env: {
    summary: 'a command in the environment of the configuration',
    load: async () => (await import('./commands/environment.ts')).env,
  },
  os: { summary: 'the releases: version, list', load: async () => (await import('./commands/os.ts')).os },
  service: {
    summary: 'services: list, enable, up, stop, logs and more',
    load: async () => (await import('./commands/service.ts')).service,
  },
  tls: {
    summary: 'certificates for Docker over the network',
    load: async () => (await import('./commands/tls.ts')).tls,
  },
  shutdown: {
    summary: 'power the machine off (-r: restart it)',
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
  shutdown: async () => (await import('./commands/power.ts')).shutdown,
};

async function ending(action: 'reboot' | 'poweroff' | 'halt'): Promise<Run> {
  const { end } = await import('./commands/power.ts');
  return (system, args) => end(system, action, args);
}

function usage(): string {
  const listed = Object.entries(COMMANDS).flatMap(([name, { summary }]) =>
    summary === undefined ? [] : [`  ${name.padEnd(10)} ${summary}`],
  );
  return `usage: ros [-v] COMMAND\n\n${listed.join('\n')}\n\nros COMMAND --help says more.`;
}

async function main(system: System): Promise<number> {
  const named = NAMES[system.program.split('/').at(-1) ?? ''];
  if (named !== undefined) return (await named())(system, system.args);
  const [word = '', ...args] = system.args;
  if (['help', '-h', '--help'].includes(word)) {
    system.print(usage());
    return 0;
  }
  const name = Object.hasOwn(ALIASES, word) ? (ALIASES[word] ?? word) : word;
  const command = Object.hasOwn(COMMANDS, name) ? COMMANDS[name] : undefined;
  if (command !== undefined) return (await command.load())(system, args);
  const near = nearestName(word, Object.keys(COMMANDS));
  const hint = near === undefined ? '' : ` Did you mean ${near}?`;
  system.complain(word === '' ? usage() : `there is no command ${word}.${hint}\n${usage()}`);
  return 2;
}

/** Every error ends here as a sentence; what the system itself started tells it on the console too, where somebody sees it. */
async function guarded(): Promise<number> {
  try {
    return await main(quickjs);
  } catch (error) {
    const sentence = sentenceOf(error);
    quickjs.complain(sentence);
    const [word = ''] = quickjs.args;
    const isOfSystem = Object.hasOwn(COMMANDS, word) && COMMANDS[word]?.summary === undefined;
    if (isOfSystem && !(error instanceof Failure)) alarm(quickjs, `${word}: ${sentence}`);
    return 1;
  }
}

std.exit(await guarded());
