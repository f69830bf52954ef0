import { formatKeys } from '../config/problem.ts';
import type { CloudConfig, Network } from '../config/schema.ts';
import { type InterfaceConfig, isMac, isPattern } from './interface-match.ts';
import type { Link } from './links.ts';
import { isName } from './master.ts';
import { withoutMembersAddresses } from './members.ts';
import { addressBits, canonicalAddress } from './subnet.ts';

/** A problem of the network, as a sentence that begins with the key. */
export type Complain = (path: readonly string[], sentence: string) => void;

export interface VlanWanted {
  readonly id: number;
  readonly name: string;
}

/**
 * `rancher.network` over the release's defaults; without a configured interface all Ethernet cards use DHCP. `links` are the interfaces of
 * the machine, where they are known.
 */
export function networkOf(config: CloudConfig, links?: readonly Pick<Link, 'name' | 'kind'>[]): Network {
  const lower = config.rancher?.defaults?.network ?? {};
  const higher = config.rancher?.network ?? {};
  const given = higher.interfaces ?? lower.interfaces ?? {};
  const { interfaces } = withoutMembersAddresses(given, links);
  return {
    ...lower,
    ...higher,
    interfaces: Object.keys(interfaces).length === 0 ? { 'eth*': { dhcp: true } } : interfaces,
  };
}

/** How a sentence names a key below rancher.network. */
export function keyText(path: readonly string[]): string {
  return formatKeys(['rancher', 'network', ...path]);
}

/** Reads `100,200:name`. Unreadable parts are left out and reported. */
export function vlansOf(key: string, config: InterfaceConfig, parent: string, complain: Complain): VlanWanted[] {
  return (config.vlans ?? '').split(',').flatMap((word) => {
    const text = word.trim();
    if (text === '') return [];
    const [number = '', name = `${parent}.${number}`, ...more] = text.split(':').map((part) => part.trim());
    const id = Number(number);
    if (/^\d+$/.test(number) && id >= 1 && id <= 4094 && more.length === 0 && isName(name)) return [{ id, name }];
    complain(
      ['interfaces', key, 'vlans'],
      `“${text}” is no VLAN; write its number from 1 to 4094, or number:name, with a name of at most 15 letters.`,
    );
    return [];
  });
}

/** Names of bridges that have to exist. */
export function bridgesOf(interfaces: NonNullable<Network['interfaces']>, complain: Complain): Set<string> {
  const names = new Set<string>();
  for (const [key, config] of Object.entries(interfaces)) {
    const { bridge = '' } = config;
    if (bridge === '' || bridge === 'false') continue;
    const name = bridge === 'true' ? (config.match ?? key) : bridge;
    if (isName(name)) names.add(name);
    else complain(['interfaces', key, 'bridge'], `“${name}” cannot be the name of a bridge.`);
  }
  return names;
}

/** Bonds that must exist, with their options: those with a member, and those with options. */
export function bondsOf(
  interfaces: NonNullable<Network['interfaces']>,
  complain: Complain,
): Map<string, Readonly<Record<string, string>>> {
  const bonds = new Map<string, Readonly<Record<string, string>>>();
  for (const [key, { bond = '' }] of Object.entries(interfaces)) {
    if (bond === '') continue;
    if (isName(bond)) bonds.set(bond, {});
    else complain(['interfaces', key, 'bond'], `“${bond}” cannot be the name of a bond.`);
  }
  for (const [key, { match = key, bond_opts }] of Object.entries(interfaces)) {
    if (bond_opts === undefined) continue;
    if (isMac(match) || isPattern(match) || !isName(match)) {
      complain(['interfaces', key, 'bond_opts'], 'options belong to the interface that is the bond itself.');
    } else bonds.set(match, bond_opts);
  }
  return bonds;
}

/** Fixed addresses, each in the spelling of `canonicalAddress`. */
export function addressesOf(key: string, config: InterfaceConfig, complain: Complain): string[] {
  const all = [
    ...(config.address === undefined ? [] : [{ text: config.address, name: 'address' }]),
    ...(config.addresses ?? []).map((text) => ({ text, name: 'addresses' })),
  ];
  const found = all.flatMap(({ text, name }) => {
    const address = canonicalAddress(text.trim());
    if (address === undefined) {
      const next = 'write it with the length of its prefix, such as 192.168.1.10/24 or fd00::10/64';
      complain(['interfaces', key, name], `“${text}” is no address; ${next}.`);
      return [];
    }
    return [address];
  });
  return [...new Set(found)];
}

export interface GatewayWanted {
  readonly version: 4 | 6;
  readonly via: string;
  readonly name: 'gateway' | 'gateway_ipv6';
}

export function gatewaysOf(key: string, config: InterfaceConfig, complain: Complain): GatewayWanted[] {
  const names = ['gateway', 'gateway_ipv6'] as const;
  return names.flatMap((name) => {
    const via = config[name];
    if (via === undefined || via === '') return [];
    const version = addressBits(via)?.version;
    // An IPv6 address under `gateway` is accepted.
    if (version !== undefined && (name === 'gateway' || version === 6)) return [{ version, via, name }];
    const kind = name === 'gateway' ? 'address' : 'IPv6 address';
    complain(['interfaces', key, name], `“${via}” is no ${kind}; write one without a prefix.`);
    return [];
  });
}
