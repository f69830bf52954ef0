import { run } from '../runtime/run.ts';
import type { System } from '../runtime/system.ts';

/** `netconsole=` of the kernel command line, of which the module would hear nothing: the kernel passes parameters only with the module's name in front. */
export function netconsoleOf(system: System): string | undefined {
  const value = /(?:^|\s)netconsole=(\S+)/.exec(system.readText('/proc/cmdline') ?? '')?.[1];
  return value === undefined || value === '' ? undefined : value;
}

/** The interface that it sends through, by the kernel's syntax `[+][r][port]@[address]/[interface],[port]@<address>/[mac]`. */
export const netconsoleDevice = (value: string): string => /^[^/,]*\/([^,]+),/.exec(value)?.[1] ?? 'eth0';

/** Whether it is configured and not running yet. */
export const isNetconsoleDue = (system: System): boolean =>
  netconsoleOf(system) !== undefined && system.readText('/sys/module/netconsole/initstate') === undefined;

/** Loads the module, once its interface has an address. A sentence when that fails. */
export function startNetconsole(system: System, value: string): string | undefined {
  const { status, stdout } = run(system, ['modprobe', 'netconsole', `netconsole=${value}`], { withErrors: true });
  if (status === 0) return undefined;
  return `netconsole=${value} on the kernel command line does not work: ${stdout.trim()}. It needs an interface that is up, as in netconsole=@/eth0,6666@10.0.0.1/`;
}
