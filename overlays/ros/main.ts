import * as std from 'std';
import { cloudInit } from './commands/cloud-init.ts';
import type { CommandOfRos } from './commands/command.ts';
import { config } from './commands/config.ts';
import { console, switchConsole } from './commands/console.ts';
import { consoleFinish } from './commands/console-finish.ts';
import { consoleInit } from './commands/console-init.ts';
import { dockerConfig } from './commands/docker-config.ts';
import { early } from './commands/early.ts';
import { engine } from './commands/engine.ts';
import { dev, env } from './commands/environment.ts';
import { guestLogin } from './commands/guest-login.ts';
import { install } from './commands/install.ts';
import { modems } from './commands/modems.ts';
import { netconf, ntpConfig } from './commands/netconf.ts';
import { os } from './commands/os.ts';
import { power, shutdown, stopServices } from './commands/power.ts';
import { preloadImages } from './commands/preload-images.ts';
import { service } from './commands/service.ts';
import { sysinit } from './commands/sysinit.ts';
import { tls } from './commands/tls.ts';
import { version } from './commands/version.ts';
import { nearestName } from './config/nearest-name.ts';
import { quickjs } from './runtime/quickjs.ts';
import { Failure, type System } from './runtime/system.ts';

const COMMANDS: Readonly<Record<string, CommandOfRos>> = {
  'cloud-init': { summary: 'the datasource that configured this machine (status)', run: cloudInit },
  config: { summary: 'the configuration: get, set, merge, export, validate', run: config },
  console: { summary: 'the console: list, switch, enable', run: console },
  install: { summary: 'writes this system to a disk', run: install },
  netconf: { summary: 'makes the network what the configuration says', run: netconf },
  dev: { summary: 'the device that has a label', run: dev },
  engine: { summary: "the engine of the user's Docker", run: engine },
  env: { summary: 'a command in the environment of the configuration', run: env },
  os: { summary: 'the releases: version, list', run: os },
  service: { summary: 'services: list, enable, up, stop, logs and more', run: service },
  tls: { summary: 'certificates for Docker over the network', run: tls },
  shutdown: { summary: 'power the machine off (-r: restart it)', run: shutdown },
  version: { summary: 'the release that runs', run: version },
  // The system's own.
  'console-finish': { run: consoleFinish },
  'console-init': { run: consoleInit },
  'docker-config': { run: dockerConfig },
  early: { run: early },
  'guest-login': { run: guestLogin },
  modems: { run: modems },
  'ntp-config': { run: ntpConfig },
  'preload-images': { run: preloadImages },
  sysinit: { run: sysinit },
  'switch-console': { run: switchConsole },
  'stop-services': { run: stopServices },
};

const ALIASES: Readonly<Record<string, string>> = {
  '-v': 'version',
  '--version': 'version',
  c: 'config',
  s: 'service',
};

/** One program, many names: links called reboot, poweroff, halt and shutdown lead here. */
const NAMES: Readonly<Record<string, CommandOfRos['run']>> = {
  reboot: (system) => power(system, 'reboot'),
  poweroff: (system) => power(system, 'poweroff'),
  halt: (system) => power(system, 'halt'),
  shutdown,
};

function usage(): string {
  const listed = Object.entries(COMMANDS).flatMap(([name, { summary }]) =>
    summary === undefined ? [] : [`  ${name.padEnd(10)} ${summary}`],
  );
  return `usage: ros [-v] COMMAND\n\n${listed.join('\n')}\n\nros COMMAND --help says more.`;
}

function main(system: System): number {
  const named = NAMES[system.program.split('/').at(-1) ?? ''];
  if (named !== undefined) return named(system, system.args);
  const [word = '', ...args] = system.args;
  if (['help', '-h', '--help'].includes(word)) {
    system.print(usage());
    return 0;
  }
  const name = Object.hasOwn(ALIASES, word) ? (ALIASES[word] ?? word) : word;
  const command = Object.hasOwn(COMMANDS, name) ? COMMANDS[name] : undefined;
  if (command !== undefined) return command.run(system, args);
  const near = nearestName(word, Object.keys(COMMANDS));
  const hint = near === undefined ? '' : ` Did you mean ${near}?`;
  system.complain(word === '' ? usage() : `there is no command ${word}.${hint}\n${usage()}`);
  return 2;
}

function guarded(): number {
  try {
    return main(quickjs);
  } catch (error) {
    if (!(error instanceof Failure)) throw error;
    quickjs.complain(error.message);
    return 1;
  }
}

std.exit(guarded());
