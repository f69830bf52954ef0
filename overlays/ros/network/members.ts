import type { Network } from '../config/schema.ts';
import { type InterfaceConfig, matchOf } from './interface-match.ts';
import type { Link } from './links.ts';
import { isName, masterOf } from './master.ts';

type Interfaces = NonNullable<Network['interfaces']>;

/** What gives an interface an address or a way out. A member of a bridge or bond has neither: whatever arrives there, its master takes. */
const ADDRESSING = ['address', 'addresses', 'gateway', 'gateway_ipv6', 'ipv4ll', 'dhcp', 'dhcp_args'] as const;

/** An entry for a member whose addresses are those of its master, or are not set because that one has its own. */
export interface MovedAddresses {
  readonly key: string;
  readonly master: string;
  readonly kind: 'bond' | 'bridge';
  /** The keys of the entry that give addresses. */
  readonly names: readonly string[];
  /** False: the master has addresses of its own. */
  readonly isMoved: boolean;
}

/**
 * The addresses of members are those of their master, where that one has none of its own; so are a gateway and DHCP. A platform gives a card
 * its address and somebody makes the card a member of a bridge: the machine stays reachable, and has no second route that leads nowhere.
 * `links` are the interfaces that there are: one that is something else can be nobody's master, and its supposed member keeps its address.
 */
export function withoutMembersAddresses(
  interfaces: Interfaces,
  links: readonly Pick<Link, 'name' | 'kind'>[] = [],
): {
  readonly interfaces: Interfaces;
  readonly moved: readonly MovedAddresses[];
} {
  const result: Record<string, InterfaceConfig> = { ...interfaces };
  const moved: MovedAddresses[] = [];
  for (const [key, config] of Object.entries(interfaces)) {
    const master = masterOf(config.match ?? key, config);
    const names = ADDRESSING.filter((name) => config[name] !== undefined);
    if (master === undefined || !isName(master.name) || !isAddressed(config)) continue;
    if (master.name === 'lo' || links.some(({ name, kind }) => name === master.name && kind !== master.kind)) continue;
    const entry = matchOf(interfaces, { name: master.name, mac: '', kind: master.kind });
    const own = entry?.config ?? {};
    const isMoved = !isAddressed(own);
    result[key] = omit(config);
    if (isMoved) {
      const target = entry !== undefined && (entry.config.match ?? entry.key) === master.name ? entry.key : master.name;
      // Of two members, the later one adds addresses, and the first one's gateway stays.
      result[target] = joined(result[target] ?? own, config);
    }
    moved.push({ key, master: master.name, kind: master.kind, names, isMoved });
  }
  return moved.length === 0 ? { interfaces, moved } : { interfaces: result, moved };
}

/** The sentence about an entry, for those who look at a configuration before a machine has it. */
export const movedText = ({ key, kind, master, names, isMoved }: MovedAddresses): string =>
  isMoved
    ? `${key} is a member of the ${kind} ${master}, so ${names.join(', ')} of it is set on ${master}; write it there.`
    : `${key} is a member of the ${kind} ${master}, which has an address of its own, so ${names.join(', ')} of ${key} has no effect; remove it.`;

function isAddressed({ address, addresses = [], dhcp, ipv4ll }: InterfaceConfig): boolean {
  return address !== undefined || addresses.length > 0 || dhcp === true || ipv4ll === true;
}

function omit(config: InterfaceConfig): InterfaceConfig {
  return Object.fromEntries(
    Object.entries(config).filter(([name]) => !(ADDRESSING as readonly string[]).includes(name)),
  );
}

function joined(master: InterfaceConfig, member: InterfaceConfig): InterfaceConfig {
  const given = Object.fromEntries(
    ADDRESSING.flatMap((name) => (member[name] === undefined ? [] : [[name, member[name]]])),
  );
  const addresses = [master, member].flatMap((one) => [
    ...(one.address === undefined ? [] : [one.address]),
    ...(one.addresses ?? []),
  ]);
  const { address: _, ...rest } = { ...given, ...master };
  return { ...rest, ...(addresses.length === 0 ? {} : { addresses }) };
}
