import type { LinkRecord } from './applied-record.ts';
import type { Match } from './interface-match.ts';
import type { Step } from './ip.ts';
import { type Gateway, hostAddress, type Link } from './links.ts';
import { masterOf } from './master.ts';
import { addressesOf, type Complain, type GatewayWanted, gatewaysOf } from './network-config.ts';
import { overlaps, parseSubnet } from './subnet.ts';

/** The wanted state of an interface, apart from dhcpcd's part. */
export interface LinkWanted {
  readonly key: string;
  /** dhcpcd puts it up by itself, and then decides about its IPv6 addresses. */
  readonly isDhcp: boolean;
  readonly mtu?: number;
  /** The device that it is a member of, and that device's kind. */
  readonly master?: { readonly name: string; readonly kind: 'bond' | 'bridge' };
  readonly addresses: readonly string[];
  readonly gateways: readonly GatewayWanted[];
}

export function wantedOf(name: string, { key, config }: Match, isDhcp: boolean, complain: Complain): LinkWanted {
  const master = masterOf(name, config);
  return {
    key,
    isDhcp,
    addresses: addressesOf(key, config, complain),
    gateways: gatewaysOf(key, config, complain),
    ...(config.mtu === undefined ? {} : { mtu: config.mtu }),
    ...(master === undefined ? {} : { master }),
  };
}

export interface Now {
  readonly link: Link;
  /** Default routes of the machine. */
  readonly gateways: readonly Gateway[];
  readonly before?: LinkRecord;
  /** Default routes that interfaces before this one set: each further one is used only when those are gone. */
  readonly rank: number;
}

/** Calls of `ip` that make the interface as wanted; none when it already is. */
export function linkSteps(wanted: LinkWanted, now: Now): Step[] {
  const at = (name: string) => ['interfaces', wanted.key, name];
  const { link } = now;
  return [
    ...staleSteps(wanted, now),
    ...mtuSteps(wanted, now),
    ...masterSteps(wanted, now),
    ...wanted.addresses
      .filter((address) => !isThere(address, wanted, link))
      .map((address) => ({ words: addWords(address, link), path: at('addresses') })),
    ...(link.isUp && !changesMaster(wanted, now)
      ? []
      : [{ words: ['link', 'set', link.name, 'up'], path: ['interfaces', wanted.key] }]),
    ...gatewaySteps(wanted, now),
  ];
}

/** An address of a former lease ends with that lease; where dhcpcd serves the interface, it removes it itself. */
function isThere(address: string, { isDhcp }: LinkWanted, { addresses }: Link): boolean {
  return addresses.some((one) => one.address === address && (isDhcp || !one.isForATime));
}

/** The kernel derives the broadcast address where there is room for one. */
function addWords(address: string, { name, addresses }: Link): string[] {
  const hasBroadcast = !address.includes(':') && Number(address.split('/')[1]) < 31;
  const verb = addresses.some((one) => one.address === address) ? 'replace' : 'add';
  return ['address', verb, address, ...(hasBroadcast ? ['broadcast', '+'] : []), 'dev', name];
}

function staleSteps({ addresses, gateways, key }: LinkWanted, { link, before, gateways: routes }: Now): Step[] {
  const at = (name: string) => ['interfaces', key, name];
  const routesGone = (before?.gateways ?? []).filter(
    ({ via, version }) =>
      !gateways.some((one) => hostAddress(one.via) === via) &&
      routes.some((one) => one.dev === link.name && one.version === version && one.via === via),
  );
  const addressesGone = (before?.addresses ?? []).filter(
    (address) => !addresses.includes(address) && link.addresses.some((one) => one.address === address),
  );
  return [
    ...routesGone.map(({ via }) => ({
      words: ['route', 'delete', 'default', 'via', via, 'dev', link.name],
      path: at('gateway'),
    })),
    ...addressesGone.map((address) => ({
      words: ['address', 'delete', address, 'dev', link.name],
      path: at('addresses'),
    })),
  ];
}

function mtuSteps({ mtu, key }: LinkWanted, { link, before }: Now): Step[] {
  const target = mtu ?? before?.mtuBefore;
  if (target === undefined || target === link.mtu) return [];
  return [{ words: ['link', 'set', link.name, 'mtu', String(target)], path: ['interfaces', key, 'mtu'] }];
}

function changesMaster({ master }: LinkWanted, { link, before }: Now): boolean {
  if (master !== undefined) return link.master !== master.name;
  return before?.master !== undefined && link.master === before.master;
}

function masterSteps(wanted: LinkWanted, now: Now): Step[] {
  if (!changesMaster(wanted, now)) return [];
  const { link } = now;
  const { master, key } = wanted;
  const path = ['interfaces', key, ...(master === undefined ? [] : [master.kind])];
  if (master === undefined) return [{ words: ['link', 'set', link.name, 'nomaster'], path }];
  return [
    // A bond takes only members that are down.
    ...(master.kind === 'bond' && link.isUp ? [{ words: ['link', 'set', link.name, 'down'], path }] : []),
    { words: ['link', 'set', link.name, 'master', master.name], path },
  ];
}

function gatewaySteps({ gateways, addresses, key }: LinkWanted, { link, gateways: routes, rank }: Now): Step[] {
  return gateways
    .filter(({ via }) => !routes.some((one) => one.dev === link.name && one.via === hostAddress(via)))
    .map(({ via, name }) => {
      const bare = via.replace(/%.*$/, '');
      const target = parseSubnet(bare);
      const isNear =
        /^fe80:/i.test(bare) ||
        addresses.some((address) => {
          const subnet = parseSubnet(address);
          return subnet !== undefined && target !== undefined && overlaps(subnet, target);
        });
      return {
        words: [
          ...['route', 'add', 'default', 'via', bare, 'dev', link.name],
          // Providers hand out gateways outside of the address's own network: say that it is there all the same.
          ...(isNear ? [] : ['onlink']),
          ...(rank > 0 ? ['metric', String(rank)] : []),
        ],
        path: ['interfaces', key, name],
      };
    });
}
