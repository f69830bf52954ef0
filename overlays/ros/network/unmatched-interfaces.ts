import type { CloudConfig, Network } from '../config/schema.ts';
import { BOOT_NETWORK_FILE } from '../datasources/save-configuration.ts';
import type { System } from '../runtime/system.ts';
import { fits, type InterfaceConfig, isMac, isPattern } from './interface-match.ts';
import { isDockers, type Link } from './links.ts';
import { bondsOf, bridgesOf, type Complain, vlansOf } from './network-config.ts';

type Interfaces = NonNullable<Network['interfaces']>;

/** Devices that are network cards, of hardware or of a hypervisor; also the container's end of a veth pair. */
const isCard = ({ name, kind }: Link): boolean =>
  name !== 'lo' && !isDockers(name) && (kind === undefined || kind === 'veth');

const nothing: Complain = () => undefined;

/** Bridges, bonds and VLANs are made as they are named. */
function madeNames(interfaces: Interfaces): Set<string> {
  const vlans = Object.entries(interfaces).flatMap(([key, config]) =>
    vlansOf(key, config, config.match ?? key, nothing).map(({ name }) => name),
  );
  return new Set([...bridgesOf(interfaces, nothing), ...bondsOf(interfaces, nothing).keys(), ...vlans]);
}

/** Whether an entry asks for anything. */
const saysSomething = ({ match: _, dhcp, ...rest }: InterfaceConfig): boolean =>
  dhcp === true || Object.keys(rest).length > 0;

/** Entries about cards, each with whether one of the interfaces is its. */
function entries(interfaces: Interfaces, links: readonly Link[]) {
  const made = madeNames(interfaces);
  return Object.entries(interfaces).flatMap(([key, config]) => {
    const match = config.match ?? key;
    if (made.has(match) || match === 'lo') return [];
    return [{ key, match, config, hasFit: links.some((link) => fits(match, link)) }];
  });
}

export interface Unfitting {
  readonly key: string;
  readonly sentence: string;
}

/**
 * Entries of the configuration that fit no interface of the machine, each with the cards that there are. A pattern that fits nothing is
 * worth a word only where no entry fits: it may be for other machines of the same configuration.
 */
export function unfitting(network: Network, links: readonly Link[]): Unfitting[] {
  const all = entries(network.interfaces ?? {}, links);
  const cards = links.filter(isCard);
  const isLost = !all.some(({ hasFit }) => hasFit);
  const found = all.filter(
    ({ match, config, hasFit }) =>
      !hasFit && saysSomething(config) && (isLost || !(isPattern(match) || (isMac(match) && /[*?]/.test(match)))),
  );
  const there =
    cards.length === 0
      ? 'it has none now'
      : `it has ${cards.map(({ name, mac }) => `${name} (mac:${mac})`).join(', ')}; write one of these names or addresses in its place`;
  return found.map(({ key }) => ({ key, sentence: `fits no network card of this machine: ${there}.` }));
}

/** Whether all configured interfaces come from the platform, and none from the user. */
function isPlatformsPlan(system: System, config: CloudConfig): boolean {
  const text = system.readText(BOOT_NETWORK_FILE);
  const named = Object.keys(config.rancher?.network?.interfaces ?? {});
  if (text === undefined || named.length === 0) return false;
  try {
    const plan = JSON.parse(text) as CloudConfig;
    const theirs = plan.rancher?.network?.interfaces ?? {};
    return named.every((key) => Object.hasOwn(theirs, key));
  } catch {
    return false;
  }
}

/**
 * The network for this machine: where the platform's plan names only cards that this machine does not have, its cards use DHCP, because an
 * unreachable machine cannot be repaired.
 */
export function withFallback(system: System, config: CloudConfig, network: Network, links: readonly Link[]): Network {
  const cards = links.filter(isCard);
  if (cards.length === 0 || !isPlatformsPlan(system, config)) return network;
  if (entries(network.interfaces ?? {}, links).some(({ hasFit }) => hasFit)) return network;
  const asking = Object.fromEntries(cards.map(({ name }) => [name, { dhcp: true }]));
  return { ...network, interfaces: { ...network.interfaces, ...asking } };
}

/** The messages, with the action that was taken. */
export function unfittingText(found: readonly Unfitting[], hasFallback: boolean): readonly Unfitting[] {
  if (!hasFallback) return found;
  const last = 'This is the plan of the platform, so its cards ask by DHCP instead.';
  return found.map(({ key, sentence }) => ({ key, sentence: `${sentence} ${last}` }));
}
