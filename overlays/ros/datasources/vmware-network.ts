import type { Addresses } from '../config/addresses.ts';
import { addressName } from '../network/subnet.ts';
import { type Card, cardKey, type Planned, plannedNetwork, type Route } from './network-plan.ts';

// guestinfo.interface.N.* and guestinfo.dns.*, as RancherOS 1 documented them ("VMware Guest Info"): name, mac, dhcp, role, ip.M.address,
// ip.M.netmask, route.L.gateway, route.L.destination; dns.server.N, dns.servers, dns.domain.N, dns.domains.

/** Of interfaces, and of addresses and routes of each. */
const MOST = 16;

/** Asks for variables by their names without `guestinfo.`; gives those that are set. */
export type AskFor = (names: readonly string[]) => ReadonlyMap<string, string>;

function interfaceNames(card: number): readonly string[] {
  const own = ['name', 'mac', 'dhcp', 'role'].map((name) => `interface.${card}.${name}`);
  return [...own, ...addressNames(card, 0), ...routeNames(card, 0)];
}
const addressNames = (card: number, nth: number) =>
  ['address', 'netmask'].map((name) => `interface.${card}.ip.${nth}.${name}`);
const routeNames = (card: number, nth: number) =>
  ['gateway', 'destination'].map((name) => `interface.${card}.route.${nth}.${name}`);
function dnsNames(nth: number): readonly string[] {
  return [`dns.server.${nth}`, `dns.domain.${nth}`];
}

/** The first keys: where none of them is set, no other key is read. */
export const FIRST_NETWORK_NAMES: readonly string[] = [
  ...interfaceNames(0),
  ...dnsNames(0),
  'dns.servers',
  'dns.domains',
];

/** The network that VMware's variables plan, and which addresses they call private and public. */
export function networkOfGuestInfo(askFor: AskFor): Planned & { readonly addresses: Addresses } {
  /** Groups of values by number, up to the first of which nothing is set. */
  const groups = (namesOf: (nth: number) => readonly string[]) => {
    const found: (readonly (string | undefined)[])[] = [];
    for (let nth = 0; nth < MOST; nth += 1) {
      const names = namesOf(nth);
      const values = askFor(names);
      if (values.size === 0) break;
      found.push(names.map((name) => values.get(name)));
    }
    return found;
  };
  const problems: string[] = [];
  let addresses: Addresses = {};
  const cards = groups(interfaceNames).flatMap(([name, mac, dhcp, role], nth): Card[] => {
    const key = cardKey(name ?? `eth${nth}`, mac);
    if (key === undefined) {
      problems.push(`guestinfo.interface.${nth}.name is no name of a card`);
      return [];
    }
    const given = groups((each) => addressNames(nth, each)).flatMap(([address, netmask]) =>
      address === undefined ? [] : [{ address, netmask }],
    );
    if (role === 'private' || role === 'public') addresses = { ...named(role, given), ...addresses };
    return [
      {
        ...key,
        dhcp: dhcp === undefined ? given.length === 0 : /^(?:yes|true|on|1)$/i.test(dhcp.trim()),
        addresses: given,
        routes: groups((each) => routeNames(nth, each)).flatMap(([via, to = 'default']): Route[] =>
          via === undefined ? [] : [{ to, via }],
        ),
      },
    ];
  });
  const lists = askFor(['dns.servers', 'dns.domains']);
  const words = (text = '') => text.split(/[\s,]+/).filter((word) => word !== '');
  const numbered = groups(dnsNames);
  const planned = plannedNetwork({
    cards,
    nameservers: [...numbered.flatMap(([server]) => words(server)), ...words(lists.get('dns.servers'))],
    search: [...numbered.flatMap(([, domain]) => words(domain)), ...words(lists.get('dns.domains'))],
    problems,
  });
  return { ...planned, addresses };
}

/** The first address of each version. */
function named(role: 'private' | 'public', given: readonly { readonly address: string }[]): Addresses {
  const found = given.flatMap(({ address }) => {
    const version = addressName(address)?.slice(-4);
    return version === undefined ? [] : [[`${role}_${version}`, address.replace(/\/.*$/, '')] as const];
  });
  return Object.fromEntries(found.reverse());
}
