import type { ServiceConfig } from '../config/schema.ts';
import { textsOf } from './key-value.ts';

type Service = Partial<ServiceConfig>;

/** Which Docker runs it: the user's, as in RancherOS 1, where the label does not say `system`. */
export const isSystems = ({ labels }: Service): boolean => textsOf(labels)['io.rancher.os.scope'] === 'system';

/** The network of a container. System Docker has no bridge: containers that used one in RancherOS 1 use the machine's own network. */
export function networkMode({ net, ...service }: Service): string {
  if (!isSystems(service)) return net ?? 'default';
  return isBridge(net) ? 'host' : (net ?? 'host');
}

const isBridge = (net: string | undefined): boolean => net === undefined || net === 'bridge' || net === 'default';

/** Nothing can be published, linked or given an address there. */
export const hasNoNetworkOfItsOwn = (network: string): boolean =>
  network === 'host' || network === 'none' || network.startsWith('container:');

/**
 * Messages about network settings that have no effect: ports, links and a hardware address mean nothing on the machine's own network, where a
 * service listens at its own ports.
 */
export function networkRemarks(name: string, service: Service): string[] {
  const network = networkMode(service);
  if (!hasNoNetworkOfItsOwn(network)) return [];
  const asked = [
    ...(service.ports?.length ? [`ports ${service.ports.join(', ')}`] : []),
    ...(network === 'host' && service.links?.length ? [`links ${service.links.join(', ')}`] : []),
    ...(network === 'host' && service.external_links?.length
      ? [`external_links ${service.external_links.join(', ')}`]
      : []),
    ...(service.mac_address === undefined ? [] : [`mac_address ${service.mac_address}`]),
  ];
  if (asked.length === 0) return [];
  const moved = isSystems(service) && isBridge(service.net);
  const why = moved
    ? "System Docker has no network of its own, so it uses the machine's and answers at its own ports on all addresses"
    : `its network is ${network}`;
  const next = moved ? "; without io.rancher.os.scope: system it runs in the user's Docker, which has one" : '';
  return [`service ${name}: no effect of ${asked.join('; ')}: ${why}${next}`];
}
