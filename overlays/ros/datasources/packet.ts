import { at, type Tree } from '../config/merge.ts';
import { Failure } from '../runtime/system.ts';
import { askTexts } from './client.ts';
import type { Datasource } from './datasource.ts';
import { checkedMetadata, jsonOf, listAt, numbered, textAt } from './values.ts';

const SERVICE = 'https://metadata.packet.net';

/** Packet, later Equinix Metal. */
export const packet: Datasource = {
  name: 'packet',
  needs: 'network',
  ask: (context) => {
    const left: string[] = [];
    const [text, userData] = askTexts(
      context,
      [{ url: `${SERVICE}/metadata` }, { url: `${SERVICE}/userdata`, isUserData: true }],
      left,
    );
    if (text === undefined) throw new Failure('metadata.packet.net does not know this machine');
    const machine = jsonOf(text, "Packet's metadata");
    if (textAt(machine, 'id') === undefined) throw new Failure('metadata.packet.net names no machine');
    const { metadata, problems } = checkedMetadata({
      hostname: at(machine, ['hostname']),
      addresses: addressesOf(machine),
      keys: numbered(listAt(machine, 'ssh_keys')),
    });
    const network = networkOf(machine);
    return {
      metadata,
      problems: [...left, ...problems],
      ...(userData === undefined ? {} : { userData }),
      ...(network === undefined ? {} : { network }),
    };
  },
};

function addressesOf(machine: Tree) {
  const address = (isPublic: boolean, family: number) =>
    textAt(
      listAt(machine, 'network', 'addresses').find(
        (each) => at(each, ['public']) === isPublic && at(each, ['address_family']) === family,
      ),
      'address',
    );
  return {
    private_ipv4: address(false, 4),
    public_ipv4: address(true, 4),
    private_ipv6: address(false, 6),
    public_ipv6: address(true, 6),
  };
}

/** All cards in one bond, which has the addresses. */
function networkOf(machine: Tree): Tree | undefined {
  const mode = at(machine, ['network', 'bonding', 'mode']);
  const addresses = listAt(machine, 'network', 'addresses').flatMap((each) => {
    const address = textAt(each, 'address');
    const length = at(each, ['cidr']);
    return address === undefined || typeof length !== 'number' || at(each, ['enabled']) === false
      ? []
      : [{ text: `${address}/${length}`, isPublic: at(each, ['public']) === true, gateway: textAt(each, 'gateway') }];
  });
  const cards = listAt(machine, 'network', 'interfaces').flatMap((each) => {
    const mac = textAt(each, 'mac')?.toLowerCase();
    return mac !== undefined && /^(?:[0-9a-f]{2}:){5}[0-9a-f]{2}$/.test(mac) ? [mac] : [];
  });
  if (addresses.length === 0 || cards.length === 0 || typeof mode !== 'number') return undefined;
  const way = (isWide: boolean) =>
    addresses.find(({ text, isPublic }) => isPublic && text.includes(':') === isWide)?.gateway;
  const [gateway, wider] = [way(false), way(true)];
  const members = cards.map((mac): [string, Tree] => [`mac:${mac}`, { match: `mac:${mac}`, bond: 'bond0' }]);
  return {
    interfaces: {
      ...Object.fromEntries(members),
      bond0: {
        bond_opts: { mode: String(mode), miimon: '100', xmit_hash_policy: 'layer3+4' },
        addresses: addresses.map(({ text }) => text),
        ...(gateway === undefined ? {} : { gateway }),
        ...(wider === undefined ? {} : { gateway_ipv6: wider }),
      },
    },
  };
}
