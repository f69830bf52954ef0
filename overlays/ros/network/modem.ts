import type { Network } from '../config/schema.ts';
import { run } from '../runtime/run.ts';
import type { System } from '../runtime/system.ts';
import { type Step, takeSteps } from './ip.ts';
import { type Complain, keyText } from './wanted.ts';

type Modem = NonNullable<Network['modem_networks']>[string];

/** What `mmcli --simple-connect` takes. Values with commas or quotes stand in quotes. */
export function connectText({ apn, user, password, pin, extra_args }: Modem): string {
  const pairs = Object.entries({ apn, user, password, pin }).flatMap(([name, value]) =>
    value === undefined || value === '' ? [] : [`${name}=${/[,"'\s]/.test(value) ? quoted(value) : value}`],
  );
  return [...pairs, ...(extra_args === undefined || extra_args === '' ? [] : [extra_args])].join(',');
}

const quoted = (value: string): string => (value.includes("'") ? `"${value}"` : `'${value}'`);

/** How a connected modem's interface gets its address, as ModemManager tells it. */
export interface Bearer {
  readonly name: string;
  /** `static`: these; else the modem answers DHCP. */
  readonly address?: string;
  readonly gateway?: string;
  readonly nameservers: readonly string[];
}

interface BearerAnswer {
  readonly bearer?: {
    readonly status?: { readonly interface?: string };
    readonly 'ipv4-config'?: {
      readonly method?: string;
      readonly address?: string;
      readonly prefix?: string;
      readonly gateway?: string;
      readonly dns?: readonly string[];
    };
  };
}

/** Reads `mmcli -b … -J`. Undefined while the modem has no interface. */
export function parseBearer(text: string): Bearer | undefined {
  const { bearer } = JSON.parse(text) as BearerAnswer;
  const name = bearer?.status?.interface;
  if (name === undefined || name === '--') return undefined;
  const { method, address, prefix, gateway, dns = [] } = bearer?.['ipv4-config'] ?? {};
  const isStatic = method === 'static' && address !== undefined && prefix !== undefined;
  return {
    name,
    nameservers: dns.filter((server) => server !== '--'),
    ...(isStatic ? { address: `${address}/${prefix}` } : {}),
    ...(isStatic && gateway !== undefined && gateway !== '--' ? { gateway } : {}),
  };
}

/**
 * Connects every modem that ModemManager knows and that is not connected, the first one to the first network of modem_networks by its
 * name, and so on, and gives interfaces the addresses that their modems were given. Run where mmcli is and ModemManager answers. Gives
 * what is wrong, as sentences that begin with the key. The password is in the arguments of mmcli for as long as it runs: it takes them
 * nowhere else.
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

/** Behind those of cables, whose routes dhcpcd gives metrics from 200 on. */
const METRIC = '700';

/** What is so already is not done again. Where the modem answers DHCP, dhcpcd takes the interface as soon as it is up. */
function applyBearer(system: System, { name, address, gateway, nameservers }: Bearer, complain: Complain): void {
  const path = ['modem_networks'];
  const steps: Step[] = [{ words: ['link', 'set', name, 'up'], path }];
  if (address !== undefined) {
    steps.push({ words: ['address', 'replace', address, 'dev', name], path });
    const via = gateway === undefined ? [] : ['via', gateway];
    steps.push({ words: ['route', 'replace', 'default', ...via, 'dev', name, 'metric', METRIC], path });
  }
  takeSteps(system, steps, complain);
  if (nameservers.length === 0) return;
  const lines = nameservers.map((server) => `nameserver ${server}\n`).join('');
  const { status, stdout } = run(system, ['resolvconf', '-a', `${name}.modem`], { stdin: lines, withErrors: true });
  if (status !== 0) complain(path, `the name servers of ${name} were not written: ${stdout.trim()}`);
}
