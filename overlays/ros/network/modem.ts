import type { Network } from '../config/schema.ts';
import { run } from '../runtime/run.ts';
import type { System } from '../runtime/system.ts';
import { type Step, takeSteps } from './ip.ts';
import { readNetwork } from './links.ts';
import { type Complain, keyText } from './network-config.ts';
import { canonicalAddress } from './subnet.ts';

type Modem = NonNullable<Network['modem_networks']>[string];

/** The argument of `mmcli --simple-connect`. Values with commas or quotes are quoted. */
export function connectText({ apn, user, password, pin, extra_args }: Modem): string {
  const pairs = Object.entries({ apn, user, password, pin }).flatMap(([name, value]) =>
    value === undefined || value === '' ? [] : [`${name}=${/[,"'\s]/.test(value) ? quoted(value) : value}`],
  );
  return [...pairs, ...(extra_args === undefined || extra_args === '' ? [] : [extra_args])].join(',');
}

const quoted = (value: string): string => (value.includes("'") ? `"${value}"` : `'${value}'`);

/** The address configuration of a connected modem's interface, as ModemManager reports it. */
export interface Bearer {
  readonly name: string;
  /** Those that are `static`, at most one of each version; else the modem answers DHCP or router solicitations. */
  readonly addresses: readonly BearerAddress[];
  /** Largest packet of the mobile network, where it says so. */
  readonly mtu?: number;
  readonly nameservers: readonly string[];
}

interface BearerAddress {
  /** With its prefix. */
  readonly address: string;
  readonly gateway?: string;
}

/** Values are texts; `--` stands for none. */
interface BearerWay {
  readonly method?: string;
  readonly address?: string;
  readonly prefix?: string;
  readonly gateway?: string;
  readonly mtu?: string;
  readonly dns?: readonly string[];
}

interface BearerAnswer {
  readonly bearer?: {
    readonly status?: { readonly interface?: string };
    readonly 'ipv4-config'?: BearerWay;
    readonly 'ipv6-config'?: BearerWay;
  };
}

const given = (value: string | undefined): string | undefined =>
  value === undefined || value === '' || value === '--' ? undefined : value;

/** Reads `mmcli -b … -J`. Undefined while the modem has no interface. */
export function parseBearer(text: string): Bearer | undefined {
  const { bearer } = JSON.parse(text) as BearerAnswer;
  const name = given(bearer?.status?.interface);
  if (name === undefined) return undefined;
  const ways = [bearer?.['ipv4-config'] ?? {}, bearer?.['ipv6-config'] ?? {}];
  const mtus = ways.flatMap(({ mtu }) => (given(mtu) === undefined ? [] : [Number(mtu)])).filter((mtu) => mtu >= 576);
  return {
    name,
    addresses: ways.flatMap(staticAddress),
    ...(mtus.length === 0 ? {} : { mtu: Math.min(...mtus) }),
    nameservers: ways.flatMap(({ dns = [] }) => dns.filter((server) => given(server) !== undefined)),
  };
}

function staticAddress(way: BearerWay): BearerAddress[] {
  const [address, prefix, gateway] = [given(way.address), given(way.prefix), given(way.gateway)];
  if (way.method !== 'static' || address === undefined || prefix === undefined) return [];
  return [{ address: `${address}/${prefix}`, ...(gateway === undefined ? {} : { gateway }) }];
}

/**
 * Connects every modem that ModemManager knows and that is not connected, the first one to the first network of modem_networks by name, and so on,
 * and sets the addresses of their interfaces. Run where mmcli is and ModemManager answers. Returns problems as sentences that begin with the key.
 * The password is an argument of mmcli while it runs: mmcli has no other way to take it.
 */
export function tendModems(system: System, network: Network): readonly string[] {
  const problems: string[] = [];
  const complain: Complain = (path, sentence) => problems.push(`${keyText(path)}: ${sentence}`);
  const names = Object.keys(network.modem_networks ?? {}).sort();
  if (names.length === 0) return [];
  const list = run(system, ['mmcli', '-L', '-J']);
  if (list.status !== 0) {
    const next = 'modems need ModemManager and its program mmcli, which are part of the release 4glte';
    complain(['modem_networks'], `no modem was connected: ${next}.`);
    return problems;
  }
  const modems = (JSON.parse(list.stdout) as { readonly 'modem-list'?: readonly string[] })['modem-list'] ?? [];
  names.forEach((name, index) => {
    const modem = modems[index];
    const wanted = network.modem_networks?.[name];
    if (modem === undefined || wanted === undefined) return;
    if (connected(system, modem, wanted, (sentence) => complain(['modem_networks', name], sentence))) {
      for (const bearer of bearersOf(system, modem)) applyBearer(system, bearer, complain);
    }
  });
  return problems;
}

interface ModemAnswer {
  readonly modem?: { readonly generic?: { readonly state?: string; readonly bearers?: readonly string[] } };
}

function askModem(system: System, modem: string): NonNullable<NonNullable<ModemAnswer['modem']>['generic']> {
  const { status, stdout } = run(system, ['mmcli', '-m', modem, '-J']);
  return status === 0 ? ((JSON.parse(stdout) as ModemAnswer).modem?.generic ?? {}) : {};
}

/** Whether a modem is connected, after an attempt where it was not. */
function connected(system: System, modem: string, wanted: Modem, complain: (sentence: string) => void): boolean {
  if (askModem(system, modem).state === 'connected') return true;
  const { status, stdout } = run(system, ['mmcli', '-m', modem, `--simple-connect=${connectText(wanted)}`], {
    withErrors: true,
  });
  if (status !== 0) complain(`the modem did not connect: ${stdout.trim().split('\n').at(-1)}`);
  return status === 0;
}

function bearersOf(system: System, modem: string): Bearer[] {
  return (askModem(system, modem).bearers ?? []).flatMap((path) => {
    const bearer = run(system, ['mmcli', '-b', path, '-J']);
    return (bearer.status === 0 ? parseBearer(bearer.stdout) : undefined) ?? [];
  });
}

/** Higher than the metrics of cables, which dhcpcd numbers from 200 on. */
const METRIC = '700';

/**
 * Changes only differences. Addresses of an earlier connection are removed. Where the modem answers DHCP, dhcpcd takes the interface as soon as it
 * is up.
 */
function applyBearer(system: System, { name, addresses, mtu, nameservers }: Bearer, complain: Complain): void {
  const path = ['modem_networks'];
  const packets = mtu === undefined ? [] : ['mtu', String(mtu)];
  const steps: Step[] = [{ words: ['link', 'set', name, ...packets, 'up'], path }];
  for (const old of addresses.length === 0 ? [] : staleAddresses(system, name, addresses))
    steps.push({ words: ['address', 'delete', old, 'dev', name], path });
  for (const { address, gateway } of addresses) {
    const version = address.includes(':') ? ['-6'] : [];
    const via = gateway === undefined ? [] : ['via', gateway];
    steps.push({ words: [...version, 'address', 'replace', address, 'dev', name], path });
    steps.push({ words: [...version, 'route', 'replace', 'default', ...via, 'dev', name, 'metric', METRIC], path });
  }
  takeSteps(system, steps, complain);
  if (nameservers.length === 0) return;
  const lines = nameservers.map((server) => `nameserver ${server}\n`).join('');
  const { status, stdout } = run(system, ['resolvconf', '-a', `${name}.modem`], { stdin: lines, withErrors: true });
  if (status !== 0) complain(path, `the name servers of ${name} were not written: ${stdout.trim()}`);
}

/** Addresses of the interface that reach beyond the link and are not among these, of the versions of these. */
function staleAddresses(system: System, name: string, addresses: readonly BearerAddress[]): string[] {
  const wanted = addresses.map(({ address }) => canonicalAddress(address));
  const link = readNetwork(system, false).links.find((each) => each.name === name);
  return (link?.addresses ?? []).flatMap(({ address, isGlobal }) =>
    isGlobal && !wanted.includes(address) && wanted.some((each) => each?.includes(':') === address.includes(':'))
      ? [address]
      : [],
  );
}
