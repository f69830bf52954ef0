import { nearestName } from '../config/nearest-name.ts';
import { loadConfig } from '../config/sources.ts';
import { setNetworkSettings } from '../early/sysctl.ts';
import { applyNetwork } from '../network/apply.ts';
import { finishNetwork, waitForAddresses } from '../network/finish.ts';
import { tendModems } from '../network/modem.ts';
import { chronyConfig, isNtpEnabled } from '../network/ntp.ts';
import { networkOf } from '../network/wanted.ts';
import { alarm } from '../runtime/kernel-log.ts';
import { run } from '../runtime/run.ts';
import { Failure, type System } from '../runtime/system.ts';

const USAGE = `usage: ros netconf [--no-wait]

Makes the network what the configuration says (rancher.network), changing only what differs, and waits until DHCP has
given addresses, at most rancher.network.dhcp_timeout seconds.

  --no-wait   does not wait; commands behind addresses are run by the service network
  --finish    only waits, then runs what stands behind addresses: post_up, post_cmds, netconsole
  --modems    only connects the modems of rancher.network.modem_networks

Exit status: 0, or 1 when a part of the configuration could not be applied; the sentences say which.`;

const OPTIONS = ['--no-wait', '--finish', '--modems', '--help', '-h', '--locked'];
const LOCK = '/run/ros/network.lock';

/** `ros netconf` */
export function netconf(system: System, args: readonly string[]): number {
  const wrong = args.find((arg) => !OPTIONS.includes(arg));
  if (wrong !== undefined) {
    const near = nearestName(wrong, OPTIONS.slice(0, 4));
    system.complain(`netconf: ${wrong} is not known.${near === undefined ? '' : ` Did you mean ${near}?`}\n${USAGE}`);
    return 2;
  }
  if (args.includes('--help') || args.includes('-h')) {
    system.print(USAGE);
    return 0;
  }
  // Two at a time would take each other's work back. Whoever waits for addresses holds nobody up.
  if (!args.includes('--locked') && !args.includes('--finish')) return locked(system, args);
  const { config } = loadConfig(system);
  if (args.includes('--modems')) return told(system, tendModems(system, networkOf(config)));
  if (!args.includes('--finish')) {
    const problems = applyNetwork(system, config);
    setNetworkSettings(system, config);
    return told(system, problems);
  }
  waitForAddresses(system, config);
  return told(system, finishNetwork(system, config));
}

/** This program again, alone, and then what needs nobody else to stand still. */
function locked(system: System, args: readonly string[]): number {
  const { status, stdout } = run(system, ['flock', '-w', '120', LOCK, 'ros', 'netconf', ...args, '--locked']);
  if (stdout !== '') system.print(stdout.trimEnd());
  // flock has numbers of its own for what it cannot do; it has said it by then.
  const exit = status === 0 ? 0 : 1;
  if (exit === 1 && system.readText(LOCK) === undefined) throw new Failure(`${LOCK} cannot be opened; are you root?`);
  if (args.includes('--no-wait') || args.includes('--modems')) return exit;
  return Math.max(exit, netconf(system, ['--finish']));
}

/** On the console too: whoever sits at a machine without a network has nothing else to read. */
function told(system: System, problems: readonly string[]): number {
  for (const problem of problems) {
    system.complain(problem);
    alarm(system, problem);
  }
  return problems.length === 0 ? 0 : 1;
}

/** `ros ntp-config`, by the service `ntp`: prints chronyd's configuration, or fails where nobody wants the clock to be set. */
export function ntpConfig(system: System): number {
  const { config } = loadConfig(system);
  if (!isNtpEnabled(config)) return 1;
  system.print(chronyConfig(system.readText('/etc/chrony/chrony.conf') ?? '', config));
  return 0;
}
