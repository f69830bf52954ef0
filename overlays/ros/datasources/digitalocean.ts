import { at, type Tree } from '../config/merge.ts';
import { Failure } from '../runtime/system.ts';
import { askText } from './client.ts';
import type { Datasource } from './datasource.ts';
import { prefixLength } from './netmask.ts';
import { checkedMetadata, jsonOf, listAt, numbered, textAt } from './values.ts';

const SERVICE = 'http://169.254.169.254/metadata/v1.json';

export const digitalocean: Datasource = {
  name: 'digitalocean',
  needs: 'network',
  ask: (context) => {
    const text = askText(context, { url: SERVICE });
    if (text === undefined) throw new Failure('169.254.169.254 knows no droplet');
    const droplet = jsonOf(text, "DigitalOcean's metadata");
    if (at(droplet, ['droplet_id']) === undefined) throw new Failure('169.254.169.254 knows no droplet_id');
    const { metadata, problems } = checkedMetadata({
      hostname: at(droplet, ['hostname']),
      addresses: addressesOf(droplet),
      keys: numbered(listAt(droplet, 'public_keys')),
    });
    const userData = textAt(droplet, 'user_data');
    const network = networkOf(droplet);
    return {
      metadata,
      problems,
      ...(userData === undefined ? {} : { userData }),
      ...(network === undefined ? {} : { network }),
    };
  },
};

function addressesOf(droplet: Tree) {
  const [outer] = listAt(droplet, 'interfaces', 'public');
  const [inner] = listAt(droplet, 'interfaces', 'private');
  return {
    public_ipv4: textAt(outer, 'ipv4', 'ip_address'),
    public_ipv6: textAt(outer, 'ipv6', 'ip_address'),
    private_ipv4: textAt(inner, 'ipv4', 'ip_address'),
    private_ipv6: textAt(inner, 'ipv6', 'ip_address'),
  };
}

/** A droplet has fixed addresses; DHCP gives it one only where the image was the user's own. */
function networkOf(droplet: Tree): Tree | undefined {
  const cards = ['public', 'private'].flatMap((kind) => listAt(droplet, 'interfaces', kind));
  const interfaces = cards.flatMap((card): [string, Tree][] => {
    const mac = textAt(card, 'mac')?.toLowerCase();
    if (mac === undefined || !/^(?:[0-9a-f]{2}:){5}[0-9a-f]{2}$/.test(mac)) return [];
    const addresses = [...fixed(card, 'ipv4'), ...fixed(card, 'anchor_ipv4'), ...fixed(card, 'ipv6')];
    if (addresses.length === 0) return [];
    const isPublic = textAt(card, 'type') === 'public';
    const gateway = isPublic ? textAt(card, 'ipv4', 'gateway') : undefined;
    const wider = isPublic ? textAt(card, 'ipv6', 'gateway') : undefined;
    return [
      [
        `mac:${mac}`,
        {
          match: `mac:${mac}`,
          dhcp: false,
          addresses,
          ...(gateway === undefined ? {} : { gateway }),
          ...(wider === undefined ? {} : { gateway_ipv6: wider }),
        },
      ],
    ];
  });
  if (interfaces.length === 0) return undefined;
  const nameservers = listAt(droplet, 'dns', 'nameservers').filter((each) => typeof each === 'string');
  return {
    interfaces: Object.fromEntries(interfaces),
    ...(nameservers.length === 0 ? {} : { dns: { nameservers } }),
  };
}

function fixed(card: unknown, kind: 'ipv4' | 'anchor_ipv4' | 'ipv6'): readonly string[] {
  const address = textAt(card, kind, 'ip_address');
  if (address === undefined) return [];
  const length = kind === 'ipv6' ? at(card, [kind, 'cidr']) : prefixLength(textAt(card, kind, 'netmask') ?? '');
  return typeof length === 'number' ? [`${address}/${length}`] : [];
}
