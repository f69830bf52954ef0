import { must, run } from '../runtime/run.ts';
import { Failure, type System } from '../runtime/system.ts';
import { canonicalAddress } from './subnet.ts';

/** A network interface as the kernel has it now. */
export interface Link {
  readonly name: string;
  readonly index: number;
  /** Hardware address, in lower case. */
  readonly mac: string;
  readonly mtu: number;
  readonly isUp: boolean;
  readonly hasCarrier: boolean;
  /** Bridge or bond that it belongs to. */
  readonly master?: string;
  /** bridge, bond, vlan, veth …; undefined: hardware. */
  readonly kind?: string;
  /** Device that a VLAN sits on. */
  readonly parent?: string;
  readonly vlan?: number;
  readonly addresses: readonly LinkAddress[];
}

export interface LinkAddress {
  /** In the spelling of `canonicalAddress`. */
  readonly address: string;
  /** Reaches beyond the link, and is in use. */
  readonly isGlobal: boolean;
  /** It ends with a lease or an announcement of a router. */
  readonly isForATime: boolean;
}

/** A default route. */
export interface Gateway {
  readonly dev: string;
  readonly version: 4 | 6;
  readonly via: string;
}

export interface NetworkState {
  readonly links: readonly Link[];
  readonly gateways: readonly Gateway[];
}

interface IpAddress {
  readonly family?: string;
  readonly local?: string;
  readonly prefixlen?: number;
  readonly scope?: string;
  readonly dynamic?: boolean;
  readonly tentative?: boolean;
  readonly dadfailed?: boolean;
}

interface IpLink {
  readonly ifname?: string;
  readonly ifindex?: number;
  readonly address?: string;
  readonly permaddr?: string;
  readonly mtu?: number;
  readonly flags?: readonly string[];
  readonly master?: string;
  readonly link?: string;
  readonly linkinfo?: { readonly info_kind?: string; readonly info_data?: { readonly id?: number } };
  readonly addr_info?: readonly IpAddress[];
}

interface IpRoute {
  readonly dev?: string;
  readonly gateway?: string;
}

/** All interfaces and, on request, the default routes: each question is a process. */
export function readNetwork(system: System, withGateways: boolean): NetworkState {
  const links = JSON.parse(must(system, ['ip', '-j', '-d', 'address', 'show'])) as readonly IpLink[];
  return {
    links: links.flatMap((link) => (link.ifname === undefined ? [] : [linkOf(link, link.ifname)])),
    gateways: withGateways ? [...readGateways(system, 4), ...readGateways(system, 6)] : [],
  };
}

function readGateways(system: System, version: 4 | 6): Gateway[] {
  const { status, stdout } = run(system, ['ip', '-j', `-${version}`, 'route', 'show', 'default']);
  // A kernel without IPv6 has no such routes.
  if (status !== 0) return [];
  return (JSON.parse(stdout.trim() || '[]') as readonly IpRoute[]).flatMap(({ dev, gateway }) =>
    dev === undefined || gateway === undefined ? [] : [{ dev, version, via: hostAddress(gateway) }],
  );
}

function linkOf(link: IpLink, name: string): Link {
  const flags = link.flags ?? [];
  const kind = link.linkinfo?.info_kind;
  const vlan = kind === 'vlan' ? link.linkinfo?.info_data?.id : undefined;
  return {
    name,
    index: link.ifindex ?? 0,
    // A member of a bond shows the address of the bond; its own is the permanent one.
    mac: (link.permaddr ?? link.address ?? '').toLowerCase(),
    mtu: link.mtu ?? 0,
    isUp: flags.includes('UP'),
    hasCarrier: flags.includes('LOWER_UP'),
    addresses: (link.addr_info ?? []).flatMap(addressOf),
    ...(link.master === undefined ? {} : { master: link.master }),
    ...(kind === undefined ? {} : { kind }),
    ...(link.link === undefined ? {} : { parent: link.link }),
    ...(vlan === undefined ? {} : { vlan }),
  };
}

function addressOf({ local, prefixlen, scope, dynamic, tentative, dadfailed }: IpAddress): LinkAddress[] {
  const address = canonicalAddress(`${local}/${prefixlen}`);
  if (address === undefined) return [];
  const isGlobal = scope === 'global' && tentative !== true && dadfailed !== true;
  return [{ address, isGlobal, isForATime: dynamic === true }];
}

/** An address without a prefix, spelled so that two of them can be compared. */
export function hostAddress(text: string): string {
  const bare = text.replace(/%.*$/, '');
  const spelled = canonicalAddress(`${bare}/${bare.includes(':') ? 128 : 32}`);
  if (spelled === undefined) throw new Failure(`${text} is no address`);
  return spelled.replace(/\/.*$/, '');
}

/** Interfaces that Docker makes for its networks. No pattern is about them, only their own names are. */
export const isDockers = (name: string): boolean => /^(docker0|docker_gwbridge|br-[0-9a-f]{12}|veth.*)$/.test(name);
