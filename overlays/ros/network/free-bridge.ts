import type { CloudConfig } from '../config/schema.ts';
import { run } from '../runtime/run.ts';
import type { System } from '../runtime/system.ts';
import { isDockers } from './links.ts';
import { overlaps, parseSubnet, type Subnet } from './subnet.ts';

/** The subnet for the bridge of the user's Docker, docker0. */
export interface FreeBridge {
  /** Address of docker0 and length of its prefix; undefined: leave it alone, there is to be no docker0 of Docker's own. */
  readonly bip?: string;
  /** Sentences for the kernel's log and the console. */
  readonly warnings: readonly string[];
}

/** A range in use around the machine, and a description of it for the user. */
interface Taken {
  readonly subnet: Subnet;
  readonly what: string;
}

const FIRST_CHOICE = '172.17.0.1/16';

/**
 * Chooses a subnet of docker0 that hides nothing of the site. It stays 172.17.0.1/16 unless a route or a name server is in that range. Otherwise it
 * is the first free one of 172.31 down to 172.18 (from the top, because Docker numbers users' networks from the bottom), 192.168.x.1/24, and
 * 10.x.0.1/16. A configured subnet stays, and a collision is only reported. Never throws: without an answer of `ip`, no range counts as used.
 */
export function freeBridge(system: System, config: CloudConfig): FreeBridge {
  const docker = { ...config.rancher?.defaults?.docker, ...config.rancher?.docker };
  const taken = takenRanges(system);
  const poolWarnings = (docker.default_address_pools ?? []).flatMap((pool) => {
    const range = pool.split(',')[0]?.replace(/^base=/, '') ?? '';
    return collision(
      taken,
      range,
      'rancher.docker.default_address_pools',
      (what) => `${range} overlaps ${what}; containers in networks from it will not reach that.`,
    );
  });
  if (docker.bridge !== undefined) return { warnings: poolWarnings };
  if (docker.bip !== undefined) {
    const { bip } = docker;
    const warnings = collision(
      taken,
      bip,
      'rancher.docker.bip',
      (what) => `${bip} overlaps ${what}; containers will not reach that. Choose another range.`,
    );
    return { bip, warnings: [...warnings, ...poolWarnings] };
  }
  const hit = hits(taken, FIRST_CHOICE)[0];
  if (hit === undefined) return { bip: FIRST_CHOICE, warnings: poolWarnings };
  const others = [...taken, ...usersNetworks(system)];
  const bip = candidates().find((candidate) => hits(others, candidate).length === 0);
  if (bip === undefined) {
    const text = `docker0 keeps ${FIRST_CHOICE} although it overlaps ${hit.what}: no private range is free. Set rancher.docker.bip.`;
    return { bip: FIRST_CHOICE, warnings: [text, ...poolWarnings] };
  }
  const text = `docker0 gets ${bip}, because ${FIRST_CHOICE} overlaps ${hit.what}. rancher.docker.bip sets another one.`;
  return { bip, warnings: [text, ...poolWarnings] };
}

function collision(taken: readonly Taken[], range: string, key: string, say: (what: string) => string): string[] {
  const [hit] = hits(taken, range);
  return hit === undefined ? [] : [`${key}: ${say(hit.what)}`];
}

function hits(taken: readonly Taken[], range: string): readonly Taken[] {
  const subnet = parseSubnet(range);
  return subnet === undefined ? [] : taken.filter((one) => overlaps(one.subnet, subnet));
}

/** In the order in which they are tried. */
function candidates(): string[] {
  const numbers = (count: number) => Array.from({ length: count }, (_, index) => index);
  return [
    ...numbers(14).map((index) => `172.${31 - index}.0.1/16`),
    ...numbers(256).map((index) => `192.168.${index}.1/24`),
    ...numbers(256).map((index) => `10.${index}.0.1/16`),
  ];
}

interface Route {
  readonly dst?: string;
  readonly dev?: string;
}

function takenRanges(system: System): Taken[] {
  const byRoute = routes(system).filter(({ dev = '' }) => !isDockers(dev));
  const servers = (system.readText('/etc/resolv.conf') ?? '').matchAll(/^nameserver\s+([\d.]+)/gm);
  return [
    ...ranges(byRoute, (dst, dev) => `the route to ${dst}${dev === undefined ? '' : ` on ${dev}`}`),
    ...ranges(
      [...servers].map(([, address = '']) => ({ dst: address })),
      (dst) => `the name server ${dst}`,
    ).filter(({ subnet }) => !isLoopback(subnet)),
  ];
}

/** Networks that users made are kept: docker0 must not take one of theirs. */
function usersNetworks(system: System): Taken[] {
  const theirs = routes(system).filter(({ dev = '' }) => isDockers(dev) && dev !== 'docker0');
  return ranges(theirs, (dst) => `Docker's network ${dst}`);
}

function routes(system: System): readonly Route[] {
  const { status, stdout } = run(system, ['ip', '-j', '-4', 'route', 'show']);
  return status === 0 ? parsed(stdout) : [];
}

function parsed(text: string): readonly Route[] {
  try {
    const list: unknown = JSON.parse(text);
    return Array.isArray(list) ? (list as Route[]) : [];
  } catch {
    return [];
  }
}

function ranges(found: readonly Route[], say: (dst: string, dev: string | undefined) => string): Taken[] {
  return found.flatMap(({ dst = '', dev }) => {
    const subnet = dst === 'default' ? undefined : parseSubnet(dst);
    return subnet === undefined || subnet.prefix === 0 ? [] : [{ subnet, what: say(dst, dev) }];
  });
}

const isLoopback = ({ base }: Subnet): boolean => base >> 24n === 127n;
