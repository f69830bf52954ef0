import type { Tree } from '../config/merge.ts';
import { Failure } from '../runtime/system.ts';
import { type Card, cardKey, type Planned, plannedNetwork, type Route } from './network-plan.ts';
import { listAt, mtuAt, textAt } from './values.ts';

/** `openstack/latest/network_data.json`. Only cards with addresses are used; VLANs and bonds need a cloud-config. */
export function networkOfOpenstack(data: Tree): Planned {
  const problems: string[] = [];
  const links = listAt(data, 'links');
  const cards = links.flatMap((link): Card[] => {
    const id = textAt(link, 'id');
    const kind = textAt(link, 'type') ?? 'phy';
    if (kind === 'vlan' || kind === 'bond')
      throw new Failure(`network_data.json has a ${kind}, which is not taken over`);
    const networks = listAt(data, 'networks').filter((each) => textAt(each, 'link') === id);
    const named = cardKey(undefined, textAt(link, 'ethernet_mac_address'));
    if (networks.length === 0) return [];
    if (named === undefined) {
      problems.push(
        `network_data.json: the link ${id ?? '?'} has no ethernet_mac_address, so nobody knows which card it is`,
      );
      return [];
    }
    return [
      {
        ...named,
        dhcp: networks.some((each) => /dhcp|slaac/.test(textAt(each, 'type') ?? '')),
        addresses: networks.flatMap((each) => {
          const address = textAt(each, 'ip_address');
          return address === undefined ? [] : [{ address, netmask: textAt(each, 'netmask') }];
        }),
        gateways: networks.flatMap((each) => textAt(each, 'gateway') ?? []),
        routes: networks.flatMap((each) => listAt(each, 'routes').flatMap(routeOf)),
        mtu: mtuAt(link),
      },
    ];
  });
  const ids = links.map((link) => textAt(link, 'id'));
  for (const network of listAt(data, 'networks')) {
    const link = textAt(network, 'link');
    if (!ids.includes(link))
      problems.push(`network_data.json: a network is on the link ${link ?? '?'}, which is not there`);
  }
  const services = [
    ...listAt(data, 'services'),
    ...listAt(data, 'networks').flatMap((each) => listAt(each, 'services')),
  ];
  const nameservers = services.flatMap((each) => {
    const address = textAt(each, 'address');
    return textAt(each, 'type') === 'dns' && address !== undefined ? [address] : [];
  });
  return plannedNetwork({ cards, nameservers, search: [], problems });
}

function routeOf(route: unknown): readonly Route[] {
  const to = textAt(route, 'network');
  const via = textAt(route, 'gateway');
  return to === undefined || via === undefined ? [] : [{ to, netmask: textAt(route, 'netmask'), via }];
}
