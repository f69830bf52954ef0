import type { CloudConfig, Network } from '../config/schema.ts';
import { sentenceOf } from '../runtime/sentence.ts';
import { Failure, type System } from '../runtime/system.ts';
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
import { type Step, takeSteps } from './ip.ts';
import { giveLinkLocal, isLinkLocal } from './link-local.ts';
import { type LinkWanted, linkSteps, wantedOf } from './link-steps.ts';
import { hostAddress, type Link, type NetworkState, readNetwork } from './links.ts';
import { type Match, matchOf } from './match.ts';
import { isNetconsoleDue } from './netconsole.ts';
import { writeProxyFile } from './proxy.ts';
import { type LinkRecord, type NetworkRecord, readRecord, writeRecord } from './record.ts';
import { runCommands } from './user-commands.ts';
import { type Complain, keyText, networkOf, vlansOf } from './wanted.ts';
import { applyWifi, withWifiAddress } from './wifi.ts';

/** Names and patterns that the service `network` need not look at again, one in each line. */
const KNOWN_FILE = '/run/ros/network-known';
/** Exists while something waits for addresses. */
export const WAITS_FILE = '/run/ros/network-waits';

/** What one run does and remembers. */
interface Run {
  readonly system: System;
  readonly network: Network;
  readonly before: NetworkRecord;
  readonly complain: Complain;
  readonly devices: Device[];
  readonly matches: Map<string, Match>;
  readonly links: Map<string, LinkRecord>;
  /** What there is now. */
  readonly look: () => NetworkState;
  state: NetworkState;
}

/**
 * Makes the network what the configuration says: devices, addresses, gateways, name servers, dhcpcd's configuration.
 * Changes only what differs, and takes back only what it did itself. An interface that fails leaves the others alone.
 * Gives what is wrong, as sentences that begin with the key.
 */
export function applyNetwork(system: System, config: CloudConfig): readonly string[] {
  const problems = new Set<string>();
  const complain: Complain = (path, sentence) =>
    problems.add(`${keyText(path.filter((key) => key !== ''))}: ${sentence}`);
  const network = networkOf(config);
  const before = readRecord(system);
  const commands = JSON.stringify([network.pre_cmds ?? [], network.post_cmds ?? []]);
  if (commands !== before.commands) {
    runCommands(system, network.pre_cmds, { path: ['pre_cmds'], complain });
  }
  const withGateways = hasGateways(network, before);
  const run: Run = {
    system,
    network,
    before,
    complain,
    devices: [],
    matches: new Map(),
    links: new Map(),
    look: () => readNetwork(system, withGateways),
    state: readNetwork(system, withGateways),
  };
  const wifi = configureAll(run);
  forgetLinks(run);
  const plan = dhcpPlan(system, config, network, run.matches, complain);
  applyDns(system, config, plan.blocks.size > 0 || plan.simple.length > 0, complain);
  attempt(complain, [], () => writeProxyFile(system, config));
  const orders = [...handToDhcp(run, plan), ...wifi];
  const isWaiting = commands !== before.commands && (network.post_cmds ?? []).length > 0;
  writeRecord(system, {
    devices: deviceRecord(run.devices),
    links: Object.fromEntries(run.links),
    commands,
    ...(isWaiting || before.isWaiting === true ? { isWaiting: true } : {}),
  });
  const known = [...run.state.links.map(({ name }) => name), ...plan.simple];
  system.writeText(KNOWN_FILE, `${known.join('\n')}\n`);
  const waits = isWaiting || [...run.links.values()].some((link) => link.isWaiting);
  if (waits || isNetconsoleDue(system)) system.writeText(WAITS_FILE, '');
  order(system, orders);
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
  // A VLAN may carry a VLAN; deeper than that nobody builds.
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

/** Names of all VLANs on interfaces that exist: what is not among them and was made before is taken away. */
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

function configure(run: Run, link: Link, match: Match): void {
  const { system, network, complain } = run;
  const before = run.before.links[link.name];
  const text = JSON.stringify(match.config);
  const isNew = before === undefined || before.index !== link.index || before.config !== text;
  const path = (name: string) => ['interfaces', match.key, name];
  if (isNew) runCommands(system, match.config.pre_up, { path: path('pre_up'), iface: link.name, complain });
  const isDhcp = wantsDhcp(link.name, match.config, network);
  const wanted = joinable(run, link, wantedOf(link.name, match, isDhcp, complain));
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
  const linkLocal = giveLinkLocal(system, link, match, complain);
  const hasPost = (match.config.post_up ?? []).length > 0;
  if (isNew && !isDhcp)
    runCommands(system, match.config.post_up, { path: path('post_up'), iface: link.name, complain });
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

/** An address of the link itself is as wanted as long as one is wanted, whichever it is. */
function withoutLinkLocal(record: LinkRecord, { config }: Match): LinkRecord {
  if (config.ipv4ll !== true) return record;
  return { ...record, addresses: record.addresses.filter((address) => !isLinkLocal(address)) };
}

/** Nobody can be a member of what does not exist, or is something else. */
function joinable({ state, complain }: Run, link: Link, wanted: LinkWanted): LinkWanted {
  const { master, ...rest } = wanted;
  if (master === undefined || state.links.some(({ name, kind }) => name === master.name && kind === master.kind))
    return wanted;
  const sentence = `${link.name} cannot join ${master.name}: there is no ${master.kind} of that name.`;
  complain(['interfaces', wanted.key, master.kind], sentence);
  return rest;
}

/** With the first address of a network the kernel takes the others of it away too, unless it is told not to. */
function keepSecondaries(system: System, { name }: Link, steps: readonly Step[]): void {
  if (!steps.some(({ words }) => words[0] === 'address' && words[1] === 'delete')) return;
  try {
    system.writeText(`/proc/sys/net/ipv4/conf/${name}/promote_secondaries`, '1\n');
  } catch (error) {
    // Where that cannot be said, those that are wanted are missed by the next run.
    if (!(error instanceof Failure)) throw error;
  }
}

/** Interfaces that the configuration names no longer lose what this program gave them. */
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

/** Writes dhcpcd's configuration, and gives the orders by which the running dhcpcd learns what changed in it. */
function handToDhcp(run: Run, plan: ReturnType<typeof dhcpPlan>): string[] {
  const { system, before, state } = run;
  const text = system.readText(DHCPCD_CONF) ?? '';
  // What is gone, or has come back as another card, dhcpcd has dropped by itself.
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

/** What fails here concerns one key only. */
function attempt(complain: Complain, path: readonly string[], action: () => void): void {
  try {
    action();
  } catch (error) {
    complain(path, sentenceOf(error));
  }
}
