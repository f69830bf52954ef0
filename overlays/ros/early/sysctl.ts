import type { CloudConfig } from '../config/schema.ts';
import { alarm } from '../runtime/kernel-log.ts';
import { run } from '../runtime/run.ts';
import { sentenceOf } from '../runtime/sentence.ts';
import type { System } from '../runtime/system.ts';

const ROOT = '/proc/sys';

/** Modules that bring settings along, by the start of their names. */
const MODULES: readonly (readonly [string, string])[] = [
  ['net/netfilter/', 'nf_conntrack'],
  ['net/nf_conntrack_max', 'nf_conntrack'],
  ['net/bridge/', 'br_netfilter'],
  ['net/ipv4/vs/', 'ip_vs'],
];

/** Run early: sets rancher.sysctl. Refused settings are reported; those of the network may not exist yet and are set later. */
export function setKernelSettings(system: System, config: CloudConfig): void {
  for (const setting of settingsOf(config)) if (!isOfNetwork(setting) || isThere(system, setting)) set(system, setting);
}

/** Run for each new card, and once the services run: sets the network's settings again, as far as they exist. */
export function setNetworkSettings(system: System, config: CloudConfig): void {
  for (const setting of settingsOf(config)) if (isOfNetwork(setting) && isThere(system, setting)) set(system, setting);
}

/** Run when the network is set up: loads the modules of settings that do not exist yet. */
export function loadModulesOfSettings(system: System, config: CloudConfig): void {
  const modules = settingsOf(config).flatMap((setting) =>
    isThere(system, setting) ? [] : MODULES.filter(([start]) => setting.path.startsWith(start)).map(([, name]) => name),
  );
  if (modules.length > 0) run(system, ['modprobe', '-ab', ...new Set(modules)], { withErrors: true });
}

/** Run at the end of a start: reports settings that never existed. */
export function tellSettingsWithoutPlace(system: System, config: CloudConfig): void {
  for (const setting of settingsOf(config)) if (!isThere(system, setting)) set(system, setting);
}

interface Setting {
  readonly name: string;
  readonly value: string;
  /** Below /proc/sys. */
  readonly path: string;
}

const settingsOf = (config: CloudConfig): readonly Setting[] =>
  Object.entries(config.rancher?.sysctl ?? {}).map(([name, value]) => ({ name, value, path: pathOf(name) }));

const isOfNetwork = ({ path }: Setting): boolean => path.startsWith('net/');

const isThere = (system: System, { path }: Setting): boolean => system.modified(`${ROOT}/${path}`) !== undefined;

function set(system: System, { name, value, path }: Setting): void {
  try {
    if (!isThere(system, { name, value, path })) throw new Error('this kernel has no such setting');
    system.writeText(`${ROOT}/${path}`, `${value}\n`);
  } catch (error) {
    const why = error instanceof Error && error.constructor === Error ? error.message : sentenceOf(error);
    alarm(system, `rancher.sysctl: ${name}=${value} is not set: ${why}`);
  }
}

/** Dots separate, and a slash stands for a dot within a name, as sysctl(8) has it; the first separator says which of the two it is. */
function pathOf(name: string): string {
  if (/[./]/.exec(name)?.[0] === '/') return name;
  return name.replace(/[./]/g, (character) => (character === '.' ? '/' : '.'));
}
