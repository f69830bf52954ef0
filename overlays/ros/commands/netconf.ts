import { nearestName } from '../config/nearest-name.ts';
import { loadConfig } from '../config/sources.ts';
import { setNetworkSettings } from '../early/sysctl.ts';
import { finishNetwork, isFinishDue, waitForAddresses } from '../network/after-addresses.ts';
import { applyNetwork } from '../network/apply.ts';
import { writeOwnFiles } from '../network/container-files.ts';
import { order } from '../network/dhcp.ts';
import { tendModems } from '../network/modem.ts';
import { networkOf } from '../network/network-config.ts';
import { chronyConfig, isNtpEnabled, NTP_CONF } from '../network/ntp.ts';
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

const OPTIONS = ['--no-wait', '--finish', '--modems', '--help', '-h', '--locked', '--cards'];
const LOCK = '/run/ros/network.lock';
const FINISH_LOCK = '/run/ros/network-finish.lock';

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
  if (!args.includes('--locked')) return inService(system, args);
  const { config } = loadConfig(system);
  if (args.includes('--modems')) return told(system, tendModems(system, networkOf(config)));
  if (!args.includes('--finish')) {
    const tellsUnfitting = !args.includes('--no-wait');
    const problems = applyNetwork(system, config, { tellsUnfitting });
    setNetworkSettings(system, config);
    const exit = told(system, problems);
    if (args.includes('--no-wait') && isFinishDue(system)) order(system, ['finish']);
    return exit;
  }
  waitForAddresses(system, config);
  return told(system, finishNetwork(system, config, { waitsForCards: args.includes('--cards') }));
}

/**
 * Commands and files of the network are those of the service `network`. So this program enters that service's container, from any container; where
 * the service does not run, it runs in place.
 */
const IN_SERVICE = `pid=$(cat /run/ros/network.pid 2>/dev/null)
there=$(readlink "/proc/$pid/ns/mnt" 2>/dev/null)
if [ -n "$there" ] && [ "$there" != "$(readlink /proc/self/ns/mnt)" ] &&
	tr '\\0' ' ' <"/proc/$pid/cmdline" | grep -q /services/network && nsenter -t "$pid" -m -- true 2>/dev/null; then
	exec nsenter -t "$pid" -m -- "$@"
fi
exec "$@"`;

/**
 * Starts this program again in its container and under a lock: two runs would undo each other's work. A run that waits for addresses releases the
 * lock.
 */
function inService(system: System, args: readonly string[]): number {
  const lock = args.includes('--finish') ? FINISH_LOCK : LOCK;
  const words = ['flock', '-o', '-w', '120', lock, 'ros', 'netconf', ...args, '--locked'];
  const { status, stdout } = run(system, ['sh', '-c', IN_SERVICE, 'ros', ...words]);
  if (stdout !== '') system.print(stdout.trimEnd());
  // flock has exit statuses of its own for its errors; it has reported them by then.
  const exit = status === 0 ? 0 : 1;
  if (exit === 1 && system.readText(lock) === undefined) throw new Failure(`${lock} cannot be opened; are you root?`);
  if (['--no-wait', '--modems', '--finish'].some((each) => args.includes(each))) return exit;
  return Math.max(exit, inService(system, ['--finish']));
}

/** Reports on the console too, where a machine without a network can be read. */
function told(system: System, problems: readonly string[]): number {
  for (const problem of problems) {
    system.complain(problem);
    alarm(system, problem);
  }
  return problems.length === 0 ? 0 : 1;
}

/** `ros ntp-config`, run by the service `ntp`: prints chronyd's configuration, or fails where the clock is not to be set. */
export function ntpConfig(system: System): number {
  const { config } = loadConfig(system);
  if (!isNtpEnabled(config)) return 1;
  writeOwnFiles(system, config, 'ntp');
  const release = system.readText('/etc/chrony/chrony.conf') ?? '';
  const { text, problems } = chronyConfig(release, config, system.readText(NTP_CONF));
  told(system, problems);
  system.print(text);
  return 0;
}
