import { type Card, type Planned, plannedNetwork } from './network-plan.ts';

/** One `iface` of the text, with its options by name. */
interface Stanza {
  readonly name: string;
  readonly family: string;
  readonly method: string;
  readonly options: Map<string, string>;
}

const OBEYED = ['address', 'netmask', 'gateway', 'mtu', 'dns-nameservers', 'dns-nameserver', 'dns-search'];
/** They follow from address and netmask. */
const IMPLIED = ['network', 'broadcast'];

/** A text as in /etc/network/interfaces of Debian (interfaces(5)), such as `network-interfaces` in NoCloud's meta-data. */
export function networkOfInterfaces(text: string): Planned {
  const problems: string[] = [];
  const stanzas: Stanza[] = [];
  let open: Stanza | undefined;
  for (const line of text.split('\n').map((each) => each.trim())) {
    if (line === '' || line.startsWith('#')) continue;
    const [word = '', ...rest] = line.split(/\s+/);
    if (word === 'iface') {
      const [name = '', family = '', method = ''] = rest;
      open = { name, family, method, options: new Map() };
      stanzas.push(open);
    } else if (/^(?:auto|allow-\S+)$/.test(word)) open = undefined;
    else if (open === undefined || [...IMPLIED].includes(word)) {
      if (open === undefined) problems.push(`network-interfaces: “${word}” is not obeyed`);
    } else if (OBEYED.includes(word)) open.options.set(word.replace('nameservers', 'nameserver'), rest.join(' '));
    else problems.push(`network-interfaces: “${word}” of ${open.name} is not obeyed`);
  }
  const names = [...new Set(stanzas.map(({ name }) => name))].filter((name) => name !== 'lo');
  const cards = names.map((name) =>
    cardOf(
      name,
      stanzas.filter((one) => one.name === name),
      problems,
    ),
  );
  const words = (option: string) =>
    stanzas.flatMap(({ options }) => (options.get(option) ?? '').split(/\s+/).filter((word) => word !== ''));
  return plannedNetwork({ cards, nameservers: words('dns-nameserver'), search: words('dns-search'), problems });
}

function cardOf(name: string, stanzas: readonly Stanza[], problems: string[]): Card {
  for (const { method } of stanzas)
    if (!['static', 'dhcp', 'auto', 'manual'].includes(method))
      problems.push(`network-interfaces: ${name} is “${method}”, which is not obeyed`);
  const option = (key: string) => stanzas.map(({ options }) => options.get(key)).find((value) => value !== undefined);
  const mtu = Number(option('mtu'));
  return {
    key: name,
    dhcp: stanzas.some(({ method }) => method === 'dhcp' || method === 'auto'),
    addresses: stanzas.flatMap(({ options }) => {
      const address = options.get('address');
      return address === undefined ? [] : [{ address, netmask: options.get('netmask') }];
    }),
    gateways: stanzas.flatMap(({ options }) => options.get('gateway') ?? []),
    ...(Number.isInteger(mtu) && mtu > 0 ? { mtu } : {}),
  };
}
