import type { CloudConfig, Network } from '../config/schema.ts';
import { hostnameOf } from '../config/sources.ts';
import { run } from '../runtime/run.ts';
import type { System } from '../runtime/system.ts';
import { globFits, type InterfaceConfig, isMac, isPattern, type Match } from './interface-match.ts';
import { masterOf } from './master.ts';
import type { Complain } from './network-config.ts';

export const DHCPCD_CONF = '/run/ros/dhcpcd.conf';
const BASE = '/etc/dhcpcd.conf';
/** The release's file, where the console's was removed. */
const RELEASE = '/run/ros/release/etc/dhcpcd.conf';

/** Short options of dhcpcd by the long names of its configuration file, without those that concern the process. */
const LONG: Readonly<Record<string, string>> = {
  '4': 'ipv4only',
  '6': 'ipv6only',
  A: 'noarp',
  C: 'nohook',
  D: 'duid',
  E: 'lastlease',
  F: 'fqdn',
  G: 'nogateway',
  H: 'xidhwaddr',
  I: 'clientid',
  K: 'nolink',
  L: 'noipv4ll',
  O: 'nooption',
  Q: 'require',
  S: 'static',
  W: 'whitelist',
  X: 'blacklist',
  e: 'env',
  h: 'hostname',
  i: 'vendorclassid',
  l: 'leasetime',
  m: 'metric',
  o: 'option',
  p: 'persistent',
  r: 'request',
  s: 'inform',
  t: 'timeout',
  u: 'userclass',
  v: 'vendor',
  y: 'reboot',
};
const WITH_VALUE = new Set([...'CDFIOQSWXehilmorstuvy']);
/** Options with which RancherOS 1 started one dhcpcd per interface; their effect is the default here. */
const OF_START = new Set([...'BMbqw', 'waitip']);
/** About the one process that serves all interfaces: an interface has no say in them. */
const OF_PROCESS = new Set(['background', 'nobackground', 'debug', 'quiet', 'config', 'version', 'master', 'manager']);

/**
 * Arguments of dhcpcd as lines of its configuration: one process serves all interfaces, so none has arguments of its own. Arguments that concern the
 * process are left out and reported. They may begin with the program's name, as in RancherOS 1.
 */
export function linesOfArgs(key: string, args: string, complain: Complain): string[] {
  const all = [...args.matchAll(/(?:"[^"]*"|'[^']*'|[^\s"'])+/g)].map(([word]) => word.replace(/["']/g, ''));
  const words = /^(?:\/\S*\/)?dhcpcd$/.test(all[0] ?? '') ? all.slice(1) : all;
  const lines: string[] = [];
  const refuse = (word: string) =>
    complain(['interfaces', key, 'dhcp_args'], `“${word}” has no place here: one dhcpcd serves all interfaces.`);
  for (let index = 0; index < words.length; index += 1) {
    const word = words[index] ?? '';
    const next = () => {
      const value = words[index + 1];
      if (value === undefined || value.startsWith('-')) return '';
      index += 1;
      return ` ${value}`;
    };
    const long = /^--([a-z0-9_]+)(?:=(.*))?$/.exec(word);
    if (long !== null) {
      const [, name = '', value] = long;
      if (OF_START.has(name)) continue;
      if (OF_PROCESS.has(name)) refuse(word);
      else lines.push(`${name}${value === undefined ? next() : ` ${value}`}`);
      continue;
    }
    if (!/^-[^-]/.test(word)) {
      refuse(word);
      continue;
    }
    // Letters may stand together, the last one with its value.
    for (let place = 1; place < word.length; place += 1) {
      const letter = word[place] ?? '';
      if (OF_START.has(letter)) continue;
      const name = LONG[letter];
      const takesValue = WITH_VALUE.has(letter);
      const rest = takesValue ? word.slice(place + 1) : '';
      const value = takesValue && rest === '' ? next() : rest === '' ? '' : ` ${rest}`;
      if (name === undefined) refuse(`-${letter}`);
      else lines.push(`${name}${value}`);
      if (takesValue) break;
    }
  }
  return lines;
}

/** Whether dhcpcd serves an interface. Members of bonds and bridges have no address, unless configured. */
export function wantsDhcp(name: string, config: InterfaceConfig, network: Network): boolean {
  if (config.dhcp !== undefined) return config.dhcp;
  const wifi = config.wifi_network === undefined ? undefined : network.wifi_networks?.[config.wifi_network];
  return wifi !== undefined && wifi.address === undefined && masterOf(name, config) === undefined;
}

export interface DhcpPlan {
  /** dhcpcd's configuration. */
  readonly text: string;
  /** The lines about each interface that it serves. */
  readonly blocks: ReadonlyMap<string, string>;
  /** Patterns of interfaces that need only dhcpcd, which handles them itself when they appear. */
  readonly simple: readonly string[];
}

/** One dhcpcd for all interfaces that want it. `matches` has the interfaces that there are now. */
export function dhcpPlan(
  system: System,
  config: CloudConfig,
  network: Network,
  matches: ReadonlyMap<string, Match>,
  complain: Complain,
): DhcpPlan {
  const blocks = new Map<string, string>();
  for (const [name, { key, config: one }] of matches) {
    if (!wantsDhcp(name, one, network)) continue;
    blocks.set(name, linesOfArgs(key, one.dhcp_args ?? '', complain).join('\n'));
  }
  const interfaces = network.interfaces ?? {};
  const base = withoutDenial((system.readText(BASE) ?? system.readText(RELEASE) ?? '').trimEnd(), [...blocks.keys()]);
  const simple = simplePatterns(interfaces).filter((pattern) => !base.lifted.some((other) => mayShare(pattern, other)));
  const allowed = [...new Set([...blocks.keys(), ...simple])];
  const isDenied = (name: string) => !blocks.has(name) && simple.some((pattern) => globFits(pattern, name));
  const denied = [...matches.keys(), ...Object.entries(interfaces).map(([key, { match }]) => match ?? key)].filter(
    (name) => !isMac(name) && !isPattern(name) && isDenied(name),
  );
  // Without a configured hostname, the network's is better than the release's.
  const hostname = config.hostname === undefined ? `env hostname_default=${hostnameOf(config)}` : 'nohook hostname';
  // Our lines come first: after a line "interface" of that file they would concern that interface alone.
  const text = [
    `# By ros netconf`,
    hostname,
    // Overrides that file: cards are not renamed, and a restarting dhcpcd leaves interfaces as they are.
    'nodev',
    'persistent',
    allowed.length > 0 ? `allowinterfaces ${allowed.join(' ')}` : 'denyinterfaces *',
    ...(denied.length > 0 ? [`denyinterfaces ${[...new Set(denied)].sort().join(' ')}`] : []),
    base.text,
    ...[...blocks].flatMap(([name, block]) => (block === '' ? [] : [`interface ${name}`, block])),
    '',
  ].join('\n');
  return { text, blocks, simple };
}

/** dhcpcd's configuration without the `denyinterfaces` patterns that match an interface configured for DHCP. */
function withoutDenial(
  text: string,
  asking: readonly string[],
): { readonly text: string; readonly lifted: readonly string[] } {
  const lifted: string[] = [];
  const lines = text.split('\n').flatMap((line) => {
    const [option, ...patterns] = line.trim().split(/\s+/);
    if (option !== 'denyinterfaces') return [line];
    const kept = patterns.filter((pattern) => !asking.some((name) => globFits(pattern, name)));
    if (kept.length === patterns.length) return [line];
    lifted.push(...patterns.filter((pattern) => !kept.includes(pattern)));
    return kept.length === 0 ? [] : [`denyinterfaces ${kept.join(' ')}`];
  });
  return { text: lines.join('\n'), lifted };
}

/** Whether a name may match both patterns: the text before the first `*` or `?` of one is a prefix of the other's. */
function mayShare(one: string, other: string): boolean {
  const [first, second] = [one, other].map((pattern) => pattern.replace(/[*?].*$/, ''));
  return first !== undefined && second !== undefined && (first.startsWith(second) || second.startsWith(first));
}

/**
 * Patterns that only ask for DHCP. There are none where an entry by hardware address, or a narrower pattern with other settings, could concern one
 * of their interfaces.
 */
function simplePatterns(interfaces: NonNullable<Network['interfaces']>): string[] {
  const entries = Object.entries(interfaces).map(([key, config]) => ({ match: config.match ?? key, config }));
  const isSimple = (config: InterfaceConfig) =>
    config.dhcp === true && Object.keys(config).every((key) => ['match', 'dhcp'].includes(key));
  const broad = entries.filter(({ match }) => isMac(match) || isPattern(match));
  if (!broad.every(({ config }) => isSimple(config))) return [];
  // dhcpcd knows interfaces only by name.
  return broad.flatMap(({ match }) => (isMac(match) ? [] : [match])).sort();
}

/**
 * The requests that the service `network` sends to dhcpcd: interfaces to leave, and interfaces with new options. `configured` are the interfaces
 * with settings of their own: those among them without DHCP were left by dhcpcd before they were set.
 */
export function dhcpOrders(
  before: ReadonlyMap<string, string | undefined>,
  plan: DhcpPlan,
  { taken, configured }: { readonly taken: (name: string) => boolean; readonly configured: readonly string[] },
): string[] {
  const dropped = [...before].flatMap(([name, block]) =>
    block === undefined || plan.blocks.has(name) || configured.includes(name) ? [] : [`dhcp -k ${name}`],
  );
  const fresh = [...plan.blocks].flatMap(([name, block]) =>
    before.get(name) === block || (before.get(name) === undefined && block === '' && taken(name))
      ? []
      : [`dhcp -n ${name}`],
  );
  return [...dropped, ...fresh];
}

/** Whether a running dhcpcd takes a new interface of this name by itself, by the configuration that it was given. */
export function takesByItself(text: string, name: string): boolean {
  const words = (option: string) =>
    [...text.matchAll(new RegExp(`^${option} (.*)$`, 'gm'))].flatMap(([, list = '']) => list.split(/\s+/));
  const fits = (option: string) => words(option).some((pattern) => globFits(pattern, name));
  return fits('allowinterfaces') && !fits('denyinterfaces');
}

/** Lines for the service `network`, which alone starts and steers daemons. Where it does not run, it will read all of that itself. */
export function order(system: System, lines: readonly string[]): void {
  if (lines.length === 0) return;
  run(system, ['timeout', '5', 'sh', '-c', '[ -p "$1" ] && cat >"$1"', 'ros', '/run/ros/network.pipe'], {
    stdin: `${lines.join('\n')}\n`,
  });
}
