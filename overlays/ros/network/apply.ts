import type { CloudConfig, Network } from '../config/schema.ts';
import { sentenceOf } from '../runtime/sentence.ts';
import { Failure, type System } from '../runtime/system.ts';
import { type LinkRecord, type NetworkRecord, readRecord, writeRecord } from './applied-record.ts';
import { giveFiles } from './container-files.ts';
import {
  bridgesAndBonds,
  type Device,
  depth,
  deviceRecord,
  makeDevices,
  removeDevices,
  vlanDevice,
} from './devices.ts';
import { DHCPCD_CONF, dhcpOrders, dhcpPlan, order, takesByItself, wantsDhcp } from './dhcp.ts';
import { applyDns } from './dns.ts';
import { type Match, matchOf } from './interface-match.ts';
import { type Step, takeSteps } from './ip.ts';
import { giveLinkLocal, isLinkLocal } from './link-local.ts';
import { type LinkWanted, linkSteps, wantedOf } from './link-steps.ts';
import { hostAddress, type Link, type NetworkState, readNetwork } from './links.ts';
import { isNetconsoleDue } from './netconsole.ts';
import { type Complain, keyText, networkOf, vlansOf } from './network-config.ts';
import { keepProblems } from './problems.ts';
import { isLateForSystemDocker, writeProxyFile } from './proxy.ts';
import { releaseLease } from './release-lease.ts';
import { unfitting, unfittingText, withFallback } from './unmatched-interfaces.ts';
import { runCommands } from './user-commands.ts';
import { type Applied, putRight } from './verify-links.ts';
import { applyWifi, withWifiAddress } from './wifi.ts';

/** Names and patterns that the service `network` need not look at again, one in each line. */
const KNOWN_FILE = '/run/ros/network-known';
/** Interfaces that have fixed addresses beside a lease, one in each line: dhcpcd's hook asks for a look when the lease goes. */
const FIXED_FILE = '/run/ros/network-fixed';
/** Exists while something waits for addresses. */
export const WAITS_FILE = '/run/ros/network-waits';

/** A message without urgency, so not for the console. */
const LATE_PROXY = `${keyText(['http_proxy'])}: System Docker runs with the proxies that it was started with; restart the machine where it has to pull images by those that are configured now.`;

/** State of one run. */
interface Run {
  readonly system: System;
  readonly network: Network;
  readonly before: NetworkRecord;
  readonly complain: Complain;
  readonly devices: Device[];
  readonly matches: Map<string, Match>;
  readonly links: Map<string, LinkRecord>;
  /** Commands of which a program does not exist, by their key. */
  readonly missing: Map<string, readonly string[]>;
  readonly applied: Map<string, Applied>;
  /** The last requests to dhcpcd. */
  readonly dhcpText: string;
  /** The present state. */
  readonly look: () => NetworkState;
  state: NetworkState;
  /** Whether anything was set in this run. */
  hasChanged: boolean;
}

/**
 * Makes the network match the configuration: devices, addresses, gateways, name servers, dhcpcd's configuration. Changes only differences and undoes
 * only its own changes. An interface that fails does not affect the others. Returns problems as sentences that begin with the key; entries that
 * match no card are among them where `tellsUnfitting` is set, otherwise they are reported when slow cards have had their time.
 */
export function applyNetwork(
  system: System,
  config: CloudConfig,
  { tellsUnfitting = false }: { readonly tellsUnfitting?: boolean } = {},
): readonly string[] {
  const problems = new Set<string>();
  const toldPaths = new Set<string>();
  const complain: Complain = (path, sentence) => {
    toldPaths.add(path.join('\n'));
    problems.add(`${keyText(path.filter((key) => key !== ''))}: ${sentence}`);
  };
  const asked = networkOf(config);
  const before = readRecord(system);
  giveFiles(system, config);
  const commands = JSON.stringify([asked.pre_cmds ?? [], asked.post_cmds ?? []]);
  const missing = new Map<string, readonly string[]>();
  runDue({ system, before, missing, complain }, ['pre_cmds'], commands !== before.commands, asked.pre_cmds);
  const withGateways = hasGateways(asked, before);
  const state = readNetwork(system, withGateways);
  const given = networkOf(config, state.links);
  const network = withFallback(system, config, given, state.links);
  const run: Run = {
    system,
    network,
    before,
    complain,
    devices: [],
    matches: new Map(),
    links: new Map(),
    missing,
    applied: new Map(),
    dhcpText: system.readText(DHCPCD_CONF) ?? '',
    hasChanged: false,
    look: () => readNetwork(system, withGateways),
    state,
  };
  const wifi = configureAll(run);
  forgetLinks(run);
  const plan = dhcpPlan(system, config, network, run.matches, complain);
  const asks = Object.entries(network.interfaces ?? {}).some(([name, one]) => wantsDhcp(name, one, network));
  applyDns(system, config, plan.blocks.size > 0 || asks, complain);
  attempt(complain, [], () => writeProxyFile(system, config));
  const orders = [...handToDhcp(run, plan), ...wifi];
  if (run.hasChanged) {
    const isTold = (path: readonly string[]) => toldPaths.has(path.join('\n'));
    putRight(system, run.applied, { look: run.look, records: run.links, isTold, complain });
  }
  const lost = unfitting(given, run.state.links);
  const sentences = unfittingText(lost, network !== given);
  if (tellsUnfitting) for (const { key, sentence } of sentences) complain(['interfaces', key], sentence);
  const lostKeys = JSON.stringify(lost.map(({ key }) => key));
  const isWaiting = commands !== before.commands && (network.post_cmds ?? []).length > 0;
  writeRecord(system, {
    devices: deviceRecord(run.devices),
    links: Object.fromEntries(run.links),
    commands,
    ...(missing.size > 0 ? { missing: Object.fromEntries(missing) } : {}),
    unfitting: tellsUnfitting || lost.length === 0 ? lostKeys : (before.unfitting ?? '[]'),
    ...(isWaiting || before.isWaiting === true ? { isWaiting: true } : {}),
  });
  const known = [...run.state.links.map(({ name }) => name), ...plan.simple];
  system.writeText(KNOWN_FILE, `${known.join('\n')}\n`);
  const fixed = [...run.applied].filter(([, { wanted }]) => wanted.isDhcp && wanted.addresses.length > 0);
  system.writeText(FIXED_FILE, fixed.map(([name]) => `${name}\n`).join(''));
  const hasNews = !tellsUnfitting && lost.length > 0 && lostKeys !== before.unfitting;
  const waits = isWaiting || hasNews || [...run.links.values()].some((link) => link.isWaiting);
  if (waits || isNetconsoleDue(system)) system.writeText(WAITS_FILE, '');
  order(system, orders);
  const all = new Set([
    ...problems,
    ...sentences.map(({ key, sentence }) => `${keyText(['interfaces', key])}: ${sentence}`),
  ]);
  if (isLateForSystemDocker(system, config)) all.add(LATE_PROXY);
  keepProblems(system, [...all]);
  return [...problems];
}

function hasGateways({ interfaces = {}, wifi_networks = {} }: Network, before: NetworkRecord): boolean {
  return (
    Object.values(interfaces).some(
      ({ gateway, gateway_ipv6 }) => gateway !== undefined || gateway_ipv6 !== undefined,
    ) ||
    Object.values(wifi_networks).some(({ gateway }) => gateway !== undefined) ||
    Object.values(before.links).some(({ gateways }) => gateways.length > 0)
  );
}

/** Devices first, then the interfaces that there are, then the VLANs on them, which are interfaces again. */
function configureAll(run: Run): string[] {
  const { system, network, before, complain } = run;
  const interfaces = network.interfaces ?? {};
  run.devices.push(...bridgesAndBonds(interfaces, complain));
  const context = () => ({ links: run.state.links, before: before.devices, complain });
  const lasting = new Set([...run.devices.map(({ name }) => name), ...wantedVlans(run)]);
  const gone = Object.keys(before.devices).filter((name) => !lasting.has(name));
  if (removeDevices(system, gone, context())) run.state = run.look();
  if (makeDevices(system, run.devices, context())) run.state = run.look();
  const orders: string[] = [];
  // VLANs may be nested; deeper nesting than this is not used in practice.
  for (let round = 0; round < 4; round += 1) {
    const fresh = run.state.links.filter(({ name }) => !run.matches.has(name));
    const found = fresh.flatMap((link) => {
      const match = matchOf(interfaces, link);
      return match === undefined ? [] : [{ link, match: withWifiAddress(match, network) }];
    });
    if (found.length === 0) break;
    found.sort((one, other) => depth(run.state.links, one.link.name) - depth(run.state.links, other.link.name));
    for (const { link, match } of found) run.matches.set(link.name, match);
    orders.push(...applyWifi(system, network, new Map(found.map(({ link, match }) => [link.name, match])), complain));
    for (const { link, match } of found)
      attempt(complain, ['interfaces', match.key], () => configure(run, link, match));
    const vlans = found.flatMap(({ link, match }) =>
      vlansOf(match.key, match.config, link.name, complain).map((vlan) => vlanDevice(match.key, link.name, vlan)),
    );
    run.devices.push(...vlans);
    if (!makeDevices(system, vlans, context())) break;
    run.state = run.look();
  }
  return orders;
}

/** Names of all VLANs on existing interfaces: others that were made before are removed. */
function wantedVlans({ network, state }: Run): string[] {
  const names: string[] = [];
  const parents = state.links.map(({ name, mac, kind }) => ({ name, mac, ...(kind === undefined ? {} : { kind }) }));
  for (let parent = parents.shift(); parent !== undefined; parent = parents.shift()) {
    const match = matchOf(network.interfaces ?? {}, parent);
    if (match === undefined) continue;
    for (const { name } of vlansOf(match.key, match.config, parent.name, () => undefined)) {
      if (names.includes(name)) continue;
      names.push(name);
      parents.push({ name, mac: '', kind: 'vlan' });
    }
  }
  return names;
}

function configure(run: Run, found: Link, match: Match): void {
  const { system, network, complain } = run;
  const before = run.before.links[found.name];
  const text = JSON.stringify(match.config);
  const isNew = before === undefined || before.index !== found.index || before.config !== text;
  const path = (name: string) => ['interfaces', match.key, name];
  runDue(run, path('pre_up'), isNew, match.config.pre_up, found.name);
  const isDhcp = wantsDhcp(found.name, match.config, network);
  const link = isDhcp ? found : withoutLease(run, found);
  const wanted = reachable(run, link, match, joinable(run, link, wantedOf(link.name, match, isDhcp, complain)));
  const rank = [...run.links.values()].filter(({ gateways }) => gateways.length > 0).length;
  const own = before?.index === link.index ? withoutLinkLocal(before, match) : undefined;
  const steps = linkSteps(wanted, {
    link,
    gateways: run.state.gateways,
    rank,
    ...(own === undefined ? {} : { before: own }),
  });
  keepSecondaries(system, link, steps);
  takeSteps(system, steps, complain);
  run.hasChanged ||= steps.length > 0 && isMoreThanDhcp(wanted);
  run.applied.set(link.name, { wanted, rank });
  const linkLocal = giveLinkLocal(system, link, match, complain);
  const hasPost = (match.config.post_up ?? []).length > 0;
  if (!isDhcp) runDue(run, path('post_up'), isNew, match.config.post_up, link.name);
  const mtuBefore = before?.mtuBefore ?? (wanted.mtu === undefined || wanted.mtu === link.mtu ? undefined : link.mtu);
  run.links.set(link.name, {
    index: link.index,
    config: text,
    addresses: [...wanted.addresses, ...linkLocal],
    gateways: wanted.gateways.map(({ version, via }) => ({ version, via: hostAddress(via) })),
    ...(wanted.master === undefined ? {} : { master: wanted.master.name }),
    ...(mtuBefore === undefined || wanted.mtu === undefined ? {} : { mtuBefore }),
    ...(isDhcp && hasPost && (isNew || before?.isWaiting === true) ? { isWaiting: true } : {}),
  });
}

/** Runs new commands, and those whose program did not exist before. */
function runDue(
  { system, before, missing, complain }: Pick<Run, 'system' | 'before' | 'missing' | 'complain'>,
  path: readonly string[],
  isNew: boolean,
  commands: readonly string[] | undefined,
  iface?: string,
): void {
  const key = [...path, iface].join(' ');
  const due = isNew ? commands : before.missing?.[key];
  const lacking = runCommands(system, due, { path, ...(iface === undefined ? {} : { iface }), complain });
  if (lacking.length > 0) missing.set(key, lacking);
}

/** Whether a check afterwards is needed: an interface that is only set up for dhcpcd costs a start no further call of `ip`. */
const isMoreThanDhcp = ({ isDhcp, addresses, gateways, master, mtu }: LinkWanted): boolean =>
  !isDhcp || addresses.length > 0 || gateways.length > 0 || master !== undefined || mtu !== undefined;

/** The interface when dhcpcd has left it, where it had it. */
function withoutLease(run: Run, link: Link): Link {
  const before = run.before.links[link.name];
  const isSame = before?.index === link.index;
  // One that is seen for the first time dhcpcd may have taken by itself, by a configuration that was another one then.
  const hasLease = isSame ? before.dhcp !== undefined : takesByItself(run.dhcpText, link.name);
  if (!hasLease) return link;
  if (!releaseLease(run.system, link.name)) {
    const sentence = `dhcpcd did not leave ${link.name} in time; if its fixed address is missing, run “ros netconf” again.`;
    run.complain(['interfaces', run.matches.get(link.name)?.key ?? link.name, 'dhcp'], sentence);
  }
  run.hasChanged = true;
  run.state = run.look();
  return run.state.links.find(({ index }) => index === link.index) ?? link;
}

/** A default route through a card without an address leads nowhere, and hides the one that works. */
function reachable({ complain }: Run, link: Link, { config, key }: Match, wanted: LinkWanted): LinkWanted {
  if (wanted.isDhcp) return wanted;
  const all = [...wanted.addresses, ...link.addresses.filter(({ isGlobal }) => isGlobal).map(({ address }) => address)];
  const gateways = wanted.gateways.filter(({ version, via, name }) => {
    const has = all.some((address) => address.includes(':') === (version === 6));
    if (has || config.ipv4ll === true || /^fe80:/i.test(via)) return true;
    const example = version === 6 ? 'fd00::10/64' : '192.168.1.10/24';
    const sentence = `${link.name} has no IPv${version} address, so no default route by ${via} is set; give it an address with its prefix, such as ${example}.`;
    complain(['interfaces', key, name], sentence);
    return false;
  });
  return { ...wanted, gateways };
}

/** An address of the link itself is as wanted as long as one is wanted, whichever it is. */
function withoutLinkLocal(record: LinkRecord, { config }: Match): LinkRecord {
  if (config.ipv4ll !== true) return record;
  return { ...record, addresses: record.addresses.filter((address) => !isLinkLocal(address)) };
}

/** Memberships in a device that does not exist, or is of another kind, are left out. */
function joinable({ state, complain }: Run, link: Link, wanted: LinkWanted): LinkWanted {
  const { master, ...rest } = wanted;
  if (master === undefined || state.links.some(({ name, kind }) => name === master.name && kind === master.kind))
    return wanted;
  const sentence = `${link.name} cannot join ${master.name}: there is no ${master.kind} of that name.`;
  complain(['interfaces', wanted.key, master.kind], sentence);
  return rest;
}

/** When the first address of a network is removed, the kernel removes its other addresses too, unless set otherwise. */
function keepSecondaries(system: System, { name }: Link, steps: readonly Step[]): void {
  if (!steps.some(({ words }) => words[0] === 'address' && words[1] === 'delete')) return;
  try {
    system.writeText(`/proc/sys/net/ipv4/conf/${name}/promote_secondaries`, '1\n');
  } catch (error) {
    // Where that cannot be said, those that are wanted are missed by the next run.
    if (!(error instanceof Failure)) throw error;
  }
}

/** Undoes the changes to interfaces that are no longer configured. */
function forgetLinks({ system, before, state, links, complain }: Run): void {
  for (const [name, record] of Object.entries(before.links)) {
    const link = state.links.find((one) => one.name === name);
    if (links.has(name) || link === undefined || link.index !== record.index) continue;
    const none = { key: name, isDhcp: true, addresses: [], gateways: [] };
    const steps = linkSteps(none, { link, before: record, gateways: state.gateways, rank: 0 });
    keepSecondaries(system, link, steps);
    takeSteps(system, steps, complain);
  }
}

/** Writes dhcpcd's configuration and returns the requests that tell the running dhcpcd about changes. */
function handToDhcp(run: Run, plan: ReturnType<typeof dhcpPlan>): string[] {
  const { system, before, state, dhcpText: text } = run;
  // dhcpcd itself drops interfaces that are gone or that are another card now.
  const told = new Map(
    state.links.flatMap(({ name, index }) => {
      const record = before.links[name];
      return record === undefined || record.index !== index ? [] : [[name, record.dhcp] as const];
    }),
  );
  for (const [name, block] of plan.blocks) {
    const link = run.links.get(name);
    if (link !== undefined) run.links.set(name, { ...link, dhcp: block });
  }
  if (text !== plan.text) system.writeText(DHCPCD_CONF, plan.text);
  return dhcpOrders(told, plan, {
    taken: (name) => takesByItself(text, name),
    configured: [...run.matches.keys()],
  });
}

/** An error here concerns one key only. */
function attempt(complain: Complain, path: readonly string[], action: () => void): void {
  try {
    action();
  } catch (error) {
    complain(path, sentenceOf(error));
  }
}
