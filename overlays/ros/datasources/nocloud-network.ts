import { at, isTree, type Tree } from '../config/merge.ts';
import { Failure } from '../runtime/system.ts';
import { type Card, cardKey, type Planned, plannedNetwork, type Route } from './network-plan.ts';
import { flagAt, listAt, mtuAt, textAt, textsAt } from './values.ts';

/** A card of this machine, for plans that name cards by their driver. */
export interface KnownCard {
  readonly name: string;
  readonly driver: string;
}

/** NoCloud's `network-config`, of the first and the second format (Netplan's); `cards` looks at those of the machine. */
export function networkOfNoCloud(data: Tree, cards: () => readonly KnownCard[] = () => []): Planned {
  // Some write it below a key of its own.
  const root = at(data, ['network']) ?? data;
  if (textAt(root, 'config') === 'disabled') {
    return { problems: ['network-config is disabled, so the network is what rancher.network says, or DHCP'] };
  }
  const version = Number(at(root, ['version']));
  if (version === 2) return ofSecondFormat(root, cards);
  if (version !== 1) throw new Failure('network-config has no version that is known here (1 or 2)');
  return ofFirstFormat(root);
}

const FIRST_KINDS = ['physical', 'nameserver', 'route', 'loopback'];

function ofFirstFormat(root: unknown): Planned {
  const problems: string[] = [];
  const parts = listAt(root, 'config');
  const strange = parts.find((part) => !FIRST_KINDS.includes(textAt(part, 'type') ?? ''));
  if (strange !== undefined)
    throw new Failure(
      `network-config has a ${textAt(strange, 'type') ?? 'part without a type'}, which is not taken over`,
    );
  const cards = parts.flatMap((part): Card[] => {
    if (textAt(part, 'type') !== 'physical') return [];
    const subnets = listAt(part, 'subnets');
    const named = cardKey(textAt(part, 'name'), textAt(part, 'mac_address'));
    if (named === undefined || subnets.length === 0) return [];
    return [
      {
        ...named,
        dhcp: subnets.some((each) => /^(?:dhcp|ipv6_dhcp|ipv6_slaac)/.test(textAt(each, 'type') ?? '')),
        addresses: subnets.flatMap((each) => {
          const address = textAt(each, 'address');
          return address === undefined ? [] : [{ address, netmask: wordAt(each, 'netmask') }];
        }),
        gateways: subnets.flatMap((each) => textAt(each, 'gateway') ?? []),
        routes: subnets.flatMap((each) => listAt(each, 'routes').flatMap(firstRoute)),
        mtu: mtuAt(part),
      },
    ];
  });
  const further = parts.filter((part) => textAt(part, 'type') === 'route');
  for (const route of further)
    problems.push(
      `network-config: the route to ${textAt(route, 'destination') ?? '?'} belongs to no card and is not set; write it below a subnet`,
    );
  const names = parts.filter((part) => textAt(part, 'type') === 'nameserver');
  const subnets = parts.flatMap((part) => listAt(part, 'subnets'));
  return plannedNetwork({
    cards,
    nameservers: [
      ...names.flatMap((part) => textsAt(part, 'address')),
      ...subnets.flatMap((part) => textsAt(part, 'dns_nameservers')),
    ],
    search: [
      ...names.flatMap((part) => textsAt(part, 'search')),
      ...subnets.flatMap((part) => textsAt(part, 'dns_search')),
    ],
    problems,
  });
}

function firstRoute(route: unknown): readonly Route[] {
  const to = textAt(route, 'network') ?? textAt(route, 'destination');
  const via = textAt(route, 'gateway');
  return to === undefined || via === undefined
    ? []
    : [{ to, netmask: wordAt(route, 'netmask') ?? wordAt(route, 'prefix'), via }];
}

/** A length of a prefix may stand there as a number. */
function wordAt(tree: unknown, key: string): string | undefined {
  const value = at(tree, [key]);
  return typeof value === 'number' ? String(value) : textAt(tree, key);
}

/** Keys of one entry of `ethernets` that are obeyed, or that change nothing here. */
const OBEYED = ['addresses', 'dhcp4', 'dhcp6', 'gateway4', 'gateway6', 'match', 'mtu', 'nameservers', 'routes'];
const NOTHING_TO_DO = ['renderer', 'optional', 'critical', 'accept-ra', 'link-local'];

function ofSecondFormat(root: unknown, cards: () => readonly KnownCard[]): Planned {
  for (const kind of ['bonds', 'bridges', 'vlans', 'wifis', 'tunnels', 'vrfs']) {
    if (at(root, [kind]) !== undefined) throw new Failure(`network-config has ${kind}, which are not taken over`);
  }
  const given = at(root, ['ethernets']) ?? {};
  if (!isTree(given)) throw new Failure('network-config: ethernets is no mapping of cards');
  const problems: string[] = [];
  const ethernets = Object.entries(given);
  const found = ethernets.flatMap(([name, each]): Card[] => {
    for (const key of Object.keys(isTree(each) ? each : {}))
      if (!OBEYED.includes(key) && !NOTHING_TO_DO.includes(key))
        problems.push(`network-config: “${key}” of ${name} is not obeyed`);
    return keysOf(name, each, cards, problems).map((key) => ({ ...key, ...secondCard(name, each, problems) }));
  });
  return plannedNetwork({
    cards: found,
    nameservers: ethernets.flatMap(([, each]) => textsAt(at(each, ['nameservers']), 'addresses')),
    search: ethernets.flatMap(([, each]) => textsAt(at(each, ['nameservers']), 'search')),
    problems,
  });
}

/** The cards that an entry is about: one, or all with its driver. */
function keysOf(
  name: string,
  entry: unknown,
  cards: () => readonly KnownCard[],
  problems: string[],
): readonly { readonly key: string; readonly match?: string }[] {
  const driver = textAt(entry, 'match', 'driver');
  const named = cardKey(textAt(entry, 'match', 'name') ?? name, textAt(entry, 'match', 'macaddress'));
  if (driver === undefined || named?.match !== undefined || textAt(entry, 'match', 'name') !== undefined)
    return named === undefined ? [] : [named];
  const there = cards();
  const fitting = there.filter((card) => card.driver === driver);
  if (fitting.length === 0) {
    const list = there.map((card) => `${card.name} (${card.driver})`).join(', ');
    problems.push(
      `network-config: ${name} is for a card with the driver ${driver}, and there is none; there are ${list === '' ? 'no cards' : list}`,
    );
  }
  return fitting.map((card) => ({ key: card.name }));
}

function secondCard(name: string, entry: unknown, problems: string[]): Omit<Card, 'key' | 'match'> {
  const flag = (key: string) => {
    const value = flagAt(entry, key);
    if (value === 'unclear') problems.push(`network-config: “${key}” of ${name} is neither true nor false`);
    return value === true;
  };
  const [wants4, wants6] = [flag('dhcp4'), flag('dhcp6')];
  return {
    dhcp: wants4 || wants6,
    // Netplan lets each have options of its own, below it.
    addresses: listAt(entry, 'addresses').flatMap((address) => {
      if (typeof address === 'string') return [{ address }];
      if (isTree(address)) return Object.keys(address).map((text) => ({ address: text }));
      problems.push(`network-config: an address of ${name} is no text`);
      return [];
    }),
    gateways: ['gateway4', 'gateway6'].flatMap((key) => textAt(entry, key) ?? []),
    routes: listAt(entry, 'routes').flatMap((route): Route[] => {
      const [to, via] = [textAt(route, 'to'), textAt(route, 'via')];
      if (to === undefined || via === undefined) {
        problems.push(`network-config: a route of ${name} without “to” or “via” is not set`);
        return [];
      }
      return [{ to, via, isOnLink: flagAt(route, 'on-link') === true }];
    }),
    mtu: mtuAt(entry),
  };
}
