import { at, type Tree } from '../config/merge.ts';
import { Failure } from '../runtime/system.ts';
import { prefixLength } from './netmask.ts';
import { listAt, textAt } from './values.ts';

// Networks as platforms describe them, as rancher.network. Only cards with addresses are taken over: whoever has VLANs or
// bonds knows how to say so in a cloud-config.

const MAC = /^(?:[0-9a-f]{2}:){5}[0-9a-f]{2}$/i;

/** One card's part, gathered from several places of a description. */
interface Card {
  readonly key: string;
  readonly match?: string;
  readonly dhcp: boolean;
  readonly addresses: readonly string[];
  readonly gateway?: string | undefined;
  readonly gatewayIpv6?: string | undefined;
  readonly mtu?: number | undefined;
}

function networkOf(
  cards: readonly Card[],
  nameservers: readonly string[],
  search: readonly string[],
): Tree | undefined {
  const interfaces = cards.map(({ key, match, dhcp, addresses, gateway, gatewayIpv6, mtu }): [string, Tree] => [
    key,
    {
      ...(match === undefined ? {} : { match }),
      dhcp,
      ...(addresses.length === 0 ? {} : { addresses }),
      ...(gateway === undefined ? {} : { gateway }),
      ...(gatewayIpv6 === undefined ? {} : { gateway_ipv6: gatewayIpv6 }),
      ...(mtu === undefined ? {} : { mtu }),
    },
  ]);
  if (interfaces.length === 0 && nameservers.length === 0) return undefined;
  const dns = {
    ...(nameservers.length === 0 ? {} : { nameservers: [...new Set(nameservers)] }),
    ...(search.length === 0 ? {} : { search: [...new Set(search)] }),
  };
  return {
    ...(interfaces.length === 0 ? {} : { interfaces: Object.fromEntries(interfaces) }),
    ...(Object.keys(dns).length === 0 ? {} : { dns }),
  };
}

/** `openstack/latest/network_data.json`. */
export function networkOfOpenstack(data: Tree): Tree | undefined {
  const cards = listAt(data, 'links').flatMap((link): Card[] => {
    const id = textAt(link, 'id');
    const mac = textAt(link, 'ethernet_mac_address');
    const kind = textAt(link, 'type') ?? 'phy';
    if (kind === 'vlan' || kind === 'bond')
      throw new Failure(`network_data.json has a ${kind}, which is not taken over`);
    const networks = listAt(data, 'networks').filter((each) => textAt(each, 'link') === id);
    if (mac === undefined || !MAC.test(mac) || networks.length === 0) return [];
    const mtu = at(link, ['mtu']);
    return [
      {
        key: `mac:${mac.toLowerCase()}`,
        match: `mac:${mac.toLowerCase()}`,
        dhcp: networks.some((each) => /dhcp|slaac/.test(textAt(each, 'type') ?? '')),
        addresses: networks.flatMap((each) => withPrefix(textAt(each, 'ip_address'), textAt(each, 'netmask'))),
        gateway: wayOut(networks, false),
        gatewayIpv6: wayOut(networks, true),
        mtu: typeof mtu === 'number' ? mtu : undefined,
      },
    ];
  });
  const services = [
    ...listAt(data, 'services'),
    ...listAt(data, 'networks').flatMap((each) => listAt(each, 'services')),
  ];
  const nameservers = services.flatMap((each) => {
    const address = textAt(each, 'address');
    return textAt(each, 'type') === 'dns' && address !== undefined ? [address] : [];
  });
  return networkOf(cards, nameservers, []);
}

/** The gateway of the networks of one family: a field of its own, or the route to everywhere. */
function wayOut(networks: readonly unknown[], isWide: boolean): string | undefined {
  const given = networks.flatMap((network) => [
    textAt(network, 'gateway'),
    ...listAt(network, 'routes').map((route) =>
      ['0.0.0.0', '::', '0.0.0.0/0', '::/0'].includes(textAt(route, 'network') ?? '')
        ? textAt(route, 'gateway')
        : undefined,
    ),
  ]);
  return given.find((gateway) => gateway !== undefined && gateway.includes(':') === isWide);
}

/** NoCloud's `network-config`, of the first and the second format. */
export function networkOfNoCloud(data: Tree): Tree | undefined {
  // Some write it below a key of its own.
  const root = at(data, ['network']) ?? data;
  const version = at(root, ['version']);
  if (version === 2) return ofSecondFormat(root);
  if (version !== 1) throw new Failure('network-config has no version that is known here (1 or 2)');
  const parts = listAt(root, 'config');
  const strange = parts
    .map((part) => textAt(part, 'type'))
    .find((type) => type !== 'physical' && type !== 'nameserver');
  if (strange !== undefined) throw new Failure(`network-config has a ${strange}, which is not taken over`);
  const cards = parts.flatMap((part): Card[] => {
    if (textAt(part, 'type') !== 'physical') return [];
    const subnets = listAt(part, 'subnets');
    const mtu = at(part, ['mtu']);
    const named = cardKey(textAt(part, 'name'), textAt(part, 'mac_address'));
    if (named === undefined || subnets.length === 0) return [];
    return [
      {
        ...named,
        dhcp: subnets.some((each) => /^(?:dhcp|ipv6_dhcp|ipv6_slaac)/.test(textAt(each, 'type') ?? '')),
        addresses: subnets.flatMap((each) => withPrefix(textAt(each, 'address'), textAt(each, 'netmask'))),
        gateway: wayOut(subnets, false),
        gatewayIpv6: wayOut(subnets, true),
        mtu: typeof mtu === 'number' ? mtu : undefined,
      },
    ];
  });
  const names = parts.filter((part) => textAt(part, 'type') === 'nameserver');
  const subnets = parts.flatMap((part) => listAt(part, 'subnets'));
  return networkOf(
    cards,
    [
      ...names.flatMap((part) => textsAt(part, 'address')),
      ...subnets.flatMap((part) => textsAt(part, 'dns_nameservers')),
    ],
    [...names.flatMap((part) => textsAt(part, 'search')), ...subnets.flatMap((part) => textsAt(part, 'dns_search'))],
  );
}

function ofSecondFormat(root: unknown): Tree | undefined {
  for (const kind of ['bonds', 'bridges', 'vlans', 'wifis']) {
    if (at(root, [kind]) !== undefined) throw new Failure(`network-config has ${kind}, which are not taken over`);
  }
  const ethernets = Object.entries((at(root, ['ethernets']) ?? {}) as Tree);
  const cards = ethernets.flatMap(([name, each]): Card[] => {
    const named = cardKey(textAt(each, 'match', 'name') ?? name, textAt(each, 'match', 'macaddress'));
    if (named === undefined) return [];
    const routes = listAt(each, 'routes').flatMap((route) => {
      const to = textAt(route, 'to') ?? '';
      return ['default', '0.0.0.0/0', '::/0'].includes(to) ? [textAt(route, 'via')] : [];
    });
    const ways = [...routes, textAt(each, 'gateway4'), textAt(each, 'gateway6')].filter((way) => way !== undefined);
    const mtu = at(each, ['mtu']);
    return [
      {
        ...named,
        dhcp: at(each, ['dhcp4']) === true || at(each, ['dhcp6']) === true,
        addresses: textsAt(each, 'addresses'),
        gateway: ways.find((way) => !way.includes(':')),
        gatewayIpv6: ways.find((way) => way.includes(':')),
        mtu: typeof mtu === 'number' ? mtu : undefined,
      },
    ];
  });
  return networkOf(
    cards,
    ethernets.flatMap(([, each]) => textsAt(at(each, ['nameservers']), 'addresses')),
    ethernets.flatMap(([, each]) => textsAt(at(each, ['nameservers']), 'search')),
  );
}

/** By its address where that is known: names depend on the order in which cards are found. */
function cardKey(name?: string, mac?: string): { readonly key: string; readonly match?: string } | undefined {
  if (mac !== undefined && MAC.test(mac)) return { key: `mac:${mac.toLowerCase()}`, match: `mac:${mac.toLowerCase()}` };
  return name !== undefined && /^[\w.*?-]{1,64}$/.test(name) ? { key: name } : undefined;
}

function withPrefix(address?: string, netmask?: string): readonly string[] {
  if (address === undefined) return [];
  if (address.includes('/')) return [address];
  const length = netmask === undefined ? undefined : /^\d+$/.test(netmask) ? Number(netmask) : prefixLength(netmask);
  return length === undefined ? [] : [`${address}/${length}`];
}

/** One text or a list of texts. */
function textsAt(tree: unknown, key: string): readonly string[] {
  const value = at(tree, [key]);
  const all = Array.isArray(value) ? value : [value];
  return all.filter((each): each is string => typeof each === 'string' && each !== '');
}
