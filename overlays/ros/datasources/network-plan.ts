import type { Tree } from '../config/merge.ts';
import { addressBits, canonicalAddress, parseSubnet } from '../network/subnet.ts';
import { prefixLength } from './netmask.ts';

// Network configurations of platforms and media, in any format, become one plan, and the plan becomes rancher.network.

/** A plan of the network as `rancher.network`, and messages about the parts that are ignored. */
export interface Planned {
  readonly network?: Tree;
  readonly problems: readonly string[];
}

/** A way to a part of the network beside the way out. */
export interface Route {
  /** Address and length of its prefix, or an address and a netmask. */
  readonly to: string;
  readonly netmask?: string | undefined;
  readonly via: string;
  readonly isOnLink?: boolean;
}

/** One card's part, gathered from several places of a description. */
export interface Card {
  readonly key: string;
  readonly match?: string;
  readonly dhcp: boolean;
  /** Each with its netmask. */
  readonly addresses: readonly { readonly address: string; readonly netmask?: string | undefined }[];
  readonly gateways?: readonly string[];
  readonly routes?: readonly Route[];
  readonly mtu?: number | undefined;
}

export interface Plan {
  readonly cards: readonly Card[];
  readonly nameservers: readonly string[];
  readonly search: readonly string[];
  readonly problems: readonly string[];
}

const EVERYWHERE = ['default', '0.0.0.0', '::', '0.0.0.0/0', '::/0'];

/** By its address where that is known: names depend on the order in which cards are found. */
export function cardKey(name?: string, mac?: string): { readonly key: string; readonly match?: string } | undefined {
  if (mac !== undefined && MAC.test(mac)) return { key: `mac:${mac.toLowerCase()}`, match: `mac:${mac.toLowerCase()}` };
  return name !== undefined && /^[\w.*?-]{1,64}$/.test(name) ? { key: name } : undefined;
}

const MAC = /^(?:[0-9a-f]{2}:){5}[0-9a-f]{2}$/i;

export function plannedNetwork({ cards, nameservers, search, problems }: Plan): Planned {
  const sentences = [...problems];
  const interfaces = cards.map((card): [string, Tree] => [card.key, interfaceOf(card, sentences)]);
  const servers = nameservers.filter(
    (text) => isAddress(text) || !sentences.push(`“${text}” is no address of a name server`),
  );
  const dns = {
    ...(servers.length === 0 ? {} : { nameservers: [...new Set(servers)] }),
    ...(search.length === 0 ? {} : { search: [...new Set(search)] }),
  };
  const network = {
    ...(interfaces.length === 0 ? {} : { interfaces: Object.fromEntries(interfaces) }),
    ...(Object.keys(dns).length === 0 ? {} : { dns }),
  };
  return { ...(Object.keys(network).length === 0 ? {} : { network }), problems: sentences };
}

const isAddress = (text: string): boolean => addressBits(text) !== undefined;

function interfaceOf({ key, match, dhcp, addresses, gateways = [], routes = [], mtu }: Card, problems: string[]): Tree {
  const usable = addresses.flatMap(({ address, netmask }) => {
    const text = withPrefix(address, netmask);
    if (text === undefined) problems.push(addressProblem(key, address, netmask));
    return text === undefined ? [] : [text];
  });
  // A card that is to have a fixed address only, and gets none, would be out of reach.
  const asks = dhcp || (addresses.length > 0 && usable.length === 0);
  if (asks && !dhcp) problems.push(`${key} asks by DHCP instead`);
  const ways = [...gateways, ...routes.filter(({ to }) => EVERYWHERE.includes(to)).map(({ via }) => via)];
  for (const way of ways) if (!isAddress(way)) problems.push(`${key}: the gateway “${way}” is no address`);
  const way = (isWide: boolean) => ways.find((each) => isAddress(each) && each.includes(':') === isWide);
  const [gateway, wider] = [way(false), way(true)];
  const commands = routes
    .filter(({ to }) => !EVERYWHERE.includes(to))
    .flatMap((route) => {
      const command = routeCommand(route);
      if (command === undefined) problems.push(`${key}: the route to “${route.to}” by “${route.via}” is none`);
      return command === undefined ? [] : [command];
    });
  return {
    ...(match === undefined ? {} : { match }),
    dhcp: asks,
    ...(usable.length === 0 ? {} : { addresses: usable }),
    ...(gateway === undefined ? {} : { gateway }),
    ...(wider === undefined ? {} : { gateway_ipv6: wider }),
    ...(mtu === undefined ? {} : { mtu }),
    ...(commands.length === 0 ? {} : { post_up: commands }),
  };
}

function withPrefix(address: string, netmask: string | undefined): string | undefined {
  if (address.includes('/')) return canonicalAddress(address) === undefined ? undefined : address;
  if (!isAddress(address) || netmask === undefined) return undefined;
  const length = /^\d{1,3}$/.test(netmask) ? Number(netmask) : (prefixLength(netmask) ?? prefixLength6(netmask));
  return length !== undefined && canonicalAddress(`${address}/${length}`) !== undefined
    ? `${address}/${length}`
    : undefined;
}

/** OpenStack writes an IPv6 netmask as an address. */
function prefixLength6(netmask: string): number | undefined {
  const found = netmask.includes(':') ? addressBits(netmask) : undefined;
  const bits = found?.bits.toString(2).padStart(128, '0');
  return bits !== undefined && /^1*0*$/.test(bits) ? bits.lastIndexOf('1') + 1 : undefined;
}

function addressProblem(key: string, address: string, netmask: string | undefined): string {
  const text = address.split('/')[0] ?? '';
  if (!isAddress(text)) return `${key}: “${address}” is no address and is left out`;
  if (netmask === undefined && !address.includes('/'))
    return `${key}: the address ${address} is left out, because it has no netmask; write it as ${address}/24`;
  return `${key}: “${netmask ?? address}” is no netmask, so the address ${text} is left out`;
}

/** There is no key for further routes: the command is run when the card has been set up. */
function routeCommand({ to, netmask, via, isOnLink }: Route): string | undefined {
  const target = to.includes('/') || netmask === undefined ? to : withPrefix(to, netmask);
  if (target === undefined || parseSubnet(target) === undefined || !isAddress(via) || via.includes('%'))
    return undefined;
  return `ip route replace ${target} via ${via} dev $iface${isOnLink === true ? ' onlink' : ''}`;
}
