import * as std from 'std';
import { power, shutdown, stopServices } from './commands/power.ts';
import { service } from './commands/service.ts';
import { sysinit } from './commands/sysinit.ts';
import { quickjs } from './runtime/quickjs.ts';
import { Failure, type System } from './runtime/system.ts';
import { runningVersion } from './services/config.ts';

const USAGE = `usage: ros [-v] COMMAND

  service list   the system's services
  service ps     how they are
  shutdown       power the machine off (-r: restart it)
  version        the release that runs`;

type Run = (system: System, args: readonly string[]) => number;

const version: Run = (system) => {
  system.print(`ros version ${runningVersion(system)}`);
  return 0;
};

const COMMANDS: Readonly<Record<string, Run>> = {
  '-v': version,
  '--version': version,
  version,
  service,
  s: service,
  shutdown,
  sysinit,
  'stop-services': stopServices,
};

/** One program, many names: links called reboot, poweroff, halt and shutdown lead here. */
const NAMES: Readonly<Record<string, Run>> = {
  reboot: (system) => power(system, 'reboot'),
  poweroff: (system) => power(system, 'poweroff'),
  halt: (system) => power(system, 'halt'),
  shutdown,
};

function main(system: System): number {
  const named = NAMES[system.program.split('/').at(-1) ?? ''];
  if (named !== undefined) return named(system, system.args);
  const [command = '', ...args] = system.args;
  const run = COMMANDS[command];
  if (run === undefined) {
    system.complain(command === '' ? USAGE : `there is no command ${command}\n${USAGE}`);
    return 2;
  }
  return run(system, args);
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
