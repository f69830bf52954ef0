import { loadConfig } from '../config/sources.ts';
import { proxyEnvironment } from '../network/proxy.ts';
import { run } from '../runtime/run.ts';
import { Failure, type System } from '../runtime/system.ts';
import { onTerminal } from '../runtime/terminal.ts';

const ENV_USAGE = `usage: ros env COMMAND [ARGUMENTS...]

Runs a command with the variables of rancher.environment and of the proxy. Without a command it prints them.`;

/** `ros env`: a command in the environment that the configuration describes. */
export function env(system: System, args: readonly string[]): number {
  if (args[0] === '-h' || args[0] === '--help') {
    system.print(ENV_USAGE);
    return 0;
  }
  const { config } = loadConfig(system);
  const environment = { ...proxyEnvironment(config), ...config.rancher?.environment };
  if (args.length === 0) {
    for (const [name, value] of Object.entries(environment)) system.print(`${name}=${value}`);
    return 0;
  }
  return onTerminal(system, args, environment);
}

const DEV_USAGE = `usage: ros dev LABEL=NAME|UUID=ID|PARTLABEL=NAME|PARTUUID=ID|/dev/NAME

Prints the device that has this label or number.`;

/** `ros dev`: the device behind a label. */
export function dev(system: System, args: readonly string[]): number {
  const [wanted, ...further] = args;
  if (wanted === '-h' || wanted === '--help') {
    system.print(DEV_USAGE);
    return 0;
  }
  if (wanted === undefined || further.length > 0 || wanted === '') {
    system.complain(DEV_USAGE);
    return 2;
  }
  if (!wanted.startsWith('/') && !/^(LABEL|UUID|PARTLABEL|PARTUUID)=./.test(wanted)) {
    system.complain(`${wanted} is neither a label nor a number.\n${DEV_USAGE}`);
    return 2;
  }
  const argv = wanted.startsWith('/') ? ['readlink', '-e', wanted] : ['blkid', '-l', '-o', 'device', '-t', wanted];
  const { status, stdout } = run(system, argv);
  if (status !== 0) throw new Failure(`no device has ${wanted}`);
  system.print(stdout.trim());
  return 0;
}
