import { parseSubnet } from '../network/subnet.ts';
import type { Option } from './arguments.ts';
import { DOCKER_MAJOR, FLAGS, LOG_DRIVERS, NUMBERS, STORAGE_DRIVERS, TEXTS } from './dockerd-options.ts';

/** Options that dockerd would refuse: each with the reason in a clause, and what to write instead. */
export interface Refusal {
  readonly option: Option;
  /** Such as `is not known to Docker 26`. */
  readonly why: string;
  readonly instead?: string;
}

export interface Accepted {
  readonly options: readonly Option[];
  readonly refused: readonly Refusal[];
}

/** Removed options of dockerd and their replacements. */
const GONE: Readonly<Record<string, string>> = {
  'cluster-store': 'Networks over several machines come with “docker swarm init”.',
  'cluster-advertise': 'Networks over several machines come with “docker swarm init”.',
  'cluster-store-opt': 'Networks over several machines come with “docker swarm init”.',
  'disable-legacy-registry': 'Registries of the old kind are never asked any more, so leave it out.',
  'oom-score-adjust': 'Leave it out: the kernel ends containers before dockerd.',
};

/** dockerd exits where one option is wrong, and the user's Docker with it: refused options are left out, and all others hold. */
export function accepted(options: readonly Option[]): Accepted {
  const refused: Refusal[] = [];
  const kept = options.flatMap((option) => {
    const refusal = refusalOf(option);
    if (refusal === undefined) return [option];
    refused.push(refusal);
    return isOverlay(option) ? [{ ...option, value: 'overlay2' }] : [];
  });
  return { options: kept, refused };
}

const isOverlay = ({ name, value }: Option): boolean => name === 'storage-driver' && value === 'overlay';

/** Why dockerd refuses an option; undefined where it accepts it. Values that may be secret are not quoted. */
export function refusalOf(option: Option): Refusal | undefined {
  const { name, value } = option;
  const refuse = (why: string, instead?: string): Refusal => ({
    option,
    why,
    ...(instead === undefined ? {} : { instead }),
  });
  if (FLAGS.has(name))
    return value === undefined || /^(true|false|t|f|1|0)$/i.test(value)
      ? undefined
      : refuse('must be true or false', `Write --${name} or --${name}=false.`);
  if (!NUMBERS.has(name) && !TEXTS.has(name)) return refuse(`is not known to Docker ${DOCKER_MAJOR}`, GONE[name]);
  if (value === undefined) return refuse('has no value', `Write --${name}=VALUE.`);
  if (NUMBERS.has(name)) return /^-?\d+$/.test(value) ? undefined : refuse('must be a whole number');
  const why = VALUES[name]?.(value);
  return why === undefined ? undefined : refuse(...why);
}

type Why = readonly [why: string, instead?: string];

const ADDRESS = /^[0-9A-Fa-f.:]+$/;
const address = (value: string): Why | undefined => (ADDRESS.test(value) ? undefined : ['must be an address']);

/** dockerd's requirements for values that it checks before it starts. */
const VALUES: Readonly<Record<string, (value: string) => Why | undefined>> = {
  'storage-driver': (value) => {
    if ((STORAGE_DRIVERS as readonly string[]).includes(value)) return undefined;
    const kept =
      'overlay2 stacks layers in its place. Images and containers of another driver are not seen: move them by “docker save” and “docker load”.';
    return [`names ${quoted(value)}, which Docker ${DOCKER_MAJOR} does not have`, kept];
  },
  'log-driver': (value) =>
    (LOG_DRIVERS as readonly string[]).includes(value) || /[/:]/.test(value)
      ? undefined
      : [
          `names ${quoted(value)}, which Docker ${DOCKER_MAJOR} does not have`,
          `There are ${LOG_DRIVERS.join(', ')}, and plugins.`,
        ],
  'log-level': (value) =>
    /^(debug|info|warn|error|fatal|panic|trace)$/.test(value)
      ? undefined
      : ['is no level of the log', 'There are debug, info, warn, error and fatal.'],
  'log-format': (value) => (/^(text|json)$/.test(value) ? undefined : ['must be text or json']),
  'default-cgroupns-mode': (value) => (/^(host|private)$/.test(value) ? undefined : ['must be host or private']),
  'default-ipc-mode': (value) => (/^(shareable|private)$/.test(value) ? undefined : ['must be shareable or private']),
  'default-shm-size': (value) =>
    /^\d+(\.\d+)?\s?[kmgtp]?(i?b)?$/i.test(value) ? undefined : ['must be a size', 'Such as 64m.'],
  'storage-opt': (value) =>
    /^(overlay2|btrfs|zfs)\./.test(value)
      ? undefined
      : [
          `is of a storage driver that Docker ${DOCKER_MAJOR} does not have`,
          'overlay2 has overlay2.size, and needs no other.',
        ],
  host: (value) => {
    if (value.startsWith('fd://')) return ['is a socket of systemd, which this system does not have', 'Leave it out.'];
    if (value.includes('://') && !/^(tcp|unix):\/\//.test(value))
      return ['must begin with tcp:// or unix://', 'Such as tcp://0.0.0.0:2375.'];
    const port = /^tcp:\/\/(?:\[[^\]]*\]|[^:/]*):([^/]*)/.exec(value)?.[1];
    return port === undefined || (/^\d+$/.test(port) && Number(port) <= 65535)
      ? undefined
      : ['names no port from 0 to 65535', 'Such as tcp://0.0.0.0:2375.'];
  },
  label: (value) => (/^[^=]+=/.test(value) ? undefined : ['must be NAME=VALUE']),
  'registry-mirror': (value) =>
    /^https?:\/\/[^/?#@]+(\/[^?#]*)?$/.test(value)
      ? undefined
      : ['must begin with http:// or https://', 'Such as https://mirror.example:5000.'],
  'insecure-registry': (value) =>
    isRegistry(value.replace(/^https?:\/\//, ''))
      ? undefined
      : [
          'must be a host, perhaps with a port, or a range of addresses',
          'Such as registry.example:5000 or 10.0.0.0/8.',
        ],
  dns: address,
  ip: address,
  'default-gateway': address,
  'default-gateway-v6': address,
  'host-gateway-ip': address,
  'default-address-pool': (value) =>
    /^(base|size)=[^,]+,(base|size)=[^,]+$/.test(value)
      ? undefined
      : ['must be base=RANGE,size=BITS', 'Such as base=10.10.0.0/16,size=24.'],
  'node-generic-resource': (value) => (/^[^=]+=./.test(value) ? undefined : ['must be NAME=VALUE']),
  'add-runtime': (value) => (/^[^=]+=./.test(value) ? undefined : ['must be NAME=PROGRAM']),
  'default-ulimit': (value) =>
    /^[a-z]+=-?\d+(:-?\d+)?$/.test(value) ? undefined : ['must be NAME=SOFT:HARD', 'Such as nofile=1024:4096.'],
};

const NAME = /^(?:[a-z\d](?:[a-z\d-]*[a-z\d])?(?:\.[a-z\d](?:[a-z\d-]*[a-z\d])?)*|\[[\da-f:]+\])(?::(\d+))?$/i;

function isRegistry(value: string): boolean {
  if (value.includes('/')) return parseSubnet(value) !== undefined;
  const [, port = '0'] = NAME.exec(value) ?? [undefined, 'none'];
  return Number(port) <= 65535;
}

const quoted = (value: string): string => `“${value.length > 40 ? `${value.slice(0, 37)}…` : value}”`;

/** A whole sentence about one refusal, with the key that it stands in. */
export function refusalText(key: string, { option, why }: Refusal): string {
  const end = isOverlay(option) ? '' : '; it is left out';
  return `“${option.name.length === 1 ? '-' : '--'}${option.name}” in ${key} ${why}${end}.`;
}
