import type { Network } from '../config/schema.ts';
import { run } from '../runtime/run.ts';
import type { System } from '../runtime/system.ts';
import type { Complain } from './wanted.ts';

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
 * Connects every modem that ModemManager knows, the first one to the first network of modem_networks by its name, and so
 * on. Run where mmcli is and ModemManager answers. The password is in the arguments of mmcli for as long as it runs: it
 * takes them nowhere else.
 */
export function connectModems(system: System, network: Network, complain: Complain): readonly Bearer[] {
  const names = Object.keys(network.modem_networks ?? {}).sort();
  const list = run(system, ['mmcli', '-L', '-J']);
  if (list.status !== 0) {
    const next = 'modems need ModemManager and its program mmcli, which are part of the release 4glte';
    if (names.length > 0) complain(['modem_networks'], `no modem was connected: ${next}.`);
    return [];
  }
  const modems = (JSON.parse(list.stdout) as { readonly 'modem-list'?: readonly string[] })['modem-list'] ?? [];
  return names.flatMap((name, index) => {
    const modem = modems[index];
    const wanted = network.modem_networks?.[name];
    if (modem === undefined || wanted === undefined) return [];
    const { status, stdout } = run(system, ['mmcli', '-m', modem, `--simple-connect=${connectText(wanted)}`], {
      withErrors: true,
    });
    if (status !== 0) {
      complain(['modem_networks', name], `the modem did not connect: ${stdout.trim().split('\n').at(-1)}`);
      return [];
    }
    return bearersOf(system, modem);
  });
}

function bearersOf(system: System, modem: string): Bearer[] {
  const { status, stdout } = run(system, ['mmcli', '-m', modem, '-J']);
  if (status !== 0) return [];
  const answer = JSON.parse(stdout) as {
    readonly modem?: { readonly generic?: { readonly bearers?: readonly string[] } };
  };
  return (answer.modem?.generic?.bearers ?? []).flatMap((path) => {
    const bearer = run(system, ['mmcli', '-b', path, '-J']);
    return (bearer.status === 0 ? parseBearer(bearer.stdout) : undefined) ?? [];
  });
}
